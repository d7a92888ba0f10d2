import { readManifest } from "../../project/readManifest.ts";
import type { TakeBack } from "../../provider/database/takeBack.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { Context } from "../context.ts";

/** Where migrations run by images, as the stack file says. */
type WithImages = "aws" | "kubernetes";

/** What is told where there is no such script: what is as it was, and what to do. */
type ToldOfNone = Readonly<Record<"untouched" | "next", string>>;

/**
 * How the settings say that a version's migration is taken back on a platform with images.
 *
 * @throws Problem (usage) that says what else to do
 */
export function scriptOfImage(
  context: Context,
  platform: WithImages,
  { version, returnsTo }: { readonly version: string; readonly returnsTo: string },
  told: ToldOfNone,
): TakeBack {
  const { migration } = migrationIn(context, platform);
  const rollback = requireScript(context, platform, told);
  if (migrated(context, version, told) === "none") {
    throw new Problem({
      happened: `${version} migrated nothing, so nothing of it can be taken back in the database.`,
      where: `${context.settings().releases}/${version}.yaml, database.tool`,
      ...told,
      exitCode: exitCodes.usage,
    });
  }
  const { command, prints, verify = migration?.verify ?? [] } = rollback;
  return { version, returnsTo, command, verify, prints };
}

/** By what a version migrated. What runs may be an image that no manifest names. */
function migrated(context: Context, version: string, told: ToldOfNone) {
  try {
    return readManifest(context.project, context.settings().releases, version).manifest.database.tool;
  } catch (cause) {
    throw new Problem({
      happened: `Whether ${version} migrated the database is not known.`,
      ...told,
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

/**
 * The settings by which any version's migration is taken back.
 *
 * @throws Problem (usage) where there are none
 */
export function requireScript(context: Context, platform: WithImages, told: ToldOfNone) {
  const { migration, key } = migrationIn(context, platform);
  if (migration?.rollback !== undefined) return migration.rollback;
  throw new Problem({
    happened: "Nothing says how a migration is taken back inside the network of the database.",
    where: `${context.stackFile.path}, ${context.projectName}:${key}.rollback`,
    ...told,
    exitCode: exitCodes.usage,
  });
}

function migrationIn(context: Context, platform: WithImages) {
  const settings = context.settings();
  return { migration: settings[platform]?.database?.migration, key: `${platform}.database.migration` };
}
