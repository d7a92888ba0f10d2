import { text } from "../../project/settingKinds.ts";

export const arn = (service: string, resource: RegExp, what: string) =>
  text(`the ARN of ${what}`, new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource.source}$`));
