import { z } from "zod";
import { text } from "../../project/settingKinds.ts";

export const listOf = (item: z.ZodString, expected: string, least: number, most: number) =>
  z.array(item, expected).min(least, expected).max(most, expected).meta({ expected });

export const arn = (service: string, resource: RegExp, what: string) =>
  text(`the ARN of ${what}`, new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource.source}$`));

const hostExpected = "a list of host names without *, such as [api.shop.example]";

/** Names under which users reach something. */
export const hosts = (most: number) =>
  listOf(
    text(hostExpected, /^(?=.{1,128}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/),
    hostExpected,
    1,
    most,
  );
