import { text } from "../../project/settingKinds.ts";

/** Name of something in the cluster. */
export const objectName = (what: string, most = 63) =>
  text(
    `${what}: a-z, 0-9 and -, at most ${most} characters`,
    new RegExp(`^[a-z](?:[a-z0-9-]{0,${most - 2}}[a-z0-9])?$`),
  );

export const cpu = () => text("an amount of processors such as 250m or 1", /^([1-9][0-9]{0,5}m|[1-9][0-9]{0,2})$/);
export const memory = () => text("an amount of memory such as 256Mi or 1Gi", /^[1-9][0-9]{0,5}(Mi|Gi)$/);
