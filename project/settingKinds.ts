import { isAbsolute } from "node:path";
import { z } from "zod";
import { durationExpected, readDuration } from "../release/duration.ts";
import { versionPattern } from "../release/manifest.ts";

/** What every error and the table in docs/settings.md say of a key's value. */
export const whole = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return z.number(expected).int(expected).min(min, expected).max(max, expected).meta({ expected });
};
export const rate = () => {
  const expected = "a fraction from 0 to 1, such as 0.01 for 1 %";
  return z.number(expected).min(0, expected).max(1, expected).meta({ expected });
};
export const text = (expected: string, pattern: RegExp) =>
  z.string(expected).regex(pattern, expected).meta({ expected });
export const flag = () => z.boolean("true or false").meta({ expected: "true or false" });
export const duration = (fallback: string, least = 0) => {
  const expected =
    least === 0
      ? `${durationExpected}, at most 30 days`
      : `${durationExpected}, from ${least < 1000 ? `${least}ms` : `${least / 1000}s`} to 30 days`;
  return z
    .string(expected)
    .default(fallback)
    .transform((said, context) => {
      const milliseconds = readDuration(said);
      if (milliseconds !== undefined && milliseconds >= least) return milliseconds;
      context.addIssue({ code: "custom", message: expected });
      return z.NEVER;
    })
    .meta({ expected: "a duration, such as 90s" });
};
export const port = () => whole(1024, 65535);
export const userExpected = "a name of a-z, 0-9 and _, at most 31 characters, not starting with pg_";
const databaseExpected = "a name of a-z, 0-9 and _, at most 31 characters, not one of PostgreSQL's own";
/** Name of a database on a PostgreSQL server. */
export const databaseName = () => text(databaseExpected, /^(?!(postgres|template0|template1)$)[a-z][a-z0-9_]{0,30}$/);
export const path = () => text("a path on the service, starting with /", /^\/[\x21-\x7e]{0,500}$/);
const folderExpected = "a folder inside the project, such as deploy/releases";
export const folder = () =>
  text(folderExpected, /^[\x20-\x7e]{1,200}$/).refine(
    (it) => !isAbsolute(it) && it.trim() !== "" && !it.split(/[/\\]/).includes(".."),
    folderExpected,
  );
export const environmentName = () => z.enum(["blue", "green"], "blue or green").meta({ expected: "blue or green" });
export const version = () =>
  text("a version such as v1.2.3: letters, digits, dot, _ and -, at most 63 characters", versionPattern);
/** A group of keys. */
export const group = <Shape extends z.ZodRawShape>(shape: Shape, example: string) =>
  z.strictObject(shape, `a group of keys, such as ${example}`);

export const listOf = (item: z.ZodString, expected: string, least: number, most: number) =>
  z.array(item, expected).min(least, expected).max(most, expected).meta({ expected });

const hostExpected = "a list of host names without *, such as [api.shop.example]";

/** Names under which users reach something. */
export const hosts = (most: number) =>
  listOf(
    text(hostExpected, /^(?=.{1,128}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/),
    hostExpected,
    1,
    most,
  );

const addressExpected = "an address such as https://api-blue.shop.example";

/** Where tests reach each environment of a service. @param leftOut what holds where one is left out, a sentence */
export const testAddresses = (leftOut: string) => {
  const address = (environment: string) =>
    text(addressExpected, /^https?:\/\/[A-Za-z0-9.:[\]-]{1,253}$/)
      .optional()
      .describe(`Where it is reached in ${environment} from where \`pulumi up\` runs. ${leftOut}`);
  return group({ blue: address("blue"), green: address("green") }, "{ blue: https://api-blue.shop.example }")
    .prefault({})
    .describe("Where smoke tests reach the service in each environment.");
};
