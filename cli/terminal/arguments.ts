import { basename, join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { type AnnouncementKind, announcementKinds } from "../../release/announcement.ts";
import { durationExpected, readDuration } from "../../release/duration.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import type { GlobalOptions } from "../context.ts";

/** Milliseconds of a duration on the command line. */
export function durationArgument(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError(`Expected ${durationExpected}.`);
  return milliseconds;
}

/** A whole number from 1 on. */
export function countArgument(text: string): number {
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 999999.");
}

/** A share of users' requests: whole percents that leave something for either side. */
export function shareArgument(text: string): number {
  if (/^[1-9][0-9]?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number from 1 to 99.");
}

/** A port that needs no privileges. */
export function portArgument(text: string): number {
  const port = /^[1-9][0-9]{3,4}$/.test(text) ? Number(text) : 0;
  if (port >= 1024 && port <= 65_535) return port;
  throw new InvalidArgumentError("Expected a port from 1024 to 65535.");
}

/** Kinds as the command line has them: one, or several with commas between. */
export function kindsArgument(text: string): readonly AnnouncementKind[] {
  const kinds = text.split(",").map((word) => announcementKinds.find((kind) => kind === word));
  const known = kinds.filter((kind) => kind !== undefined);
  if (known.length === kinds.length && new Set(known).size === known.length) return known;
  throw new InvalidArgumentError(`Expected one of ${announcementKinds.join(", ")}, or several with commas between.`);
}

/**
 * The version that `release` is given, by its name or by the path of its manifest.
 *
 * @throws Problem for a path to anything but a manifest in the project's folder of releases
 */
export async function releasedVersion(argument: string, options: GlobalOptions): Promise<string> {
  const isPath = /[/\\]/.test(argument) || /\.ya?ml$/.test(argument);
  if (!isPath) return argument;
  const { openContext } = await import("../context.ts");
  const { project, projectName, stackFile } = openContext(options);
  const releases = stackFile.text(`${projectName}:releases`) ?? "releases";
  const version = basename(argument).replace(/\.ya?ml$/, "");
  const manifest = join(project, releases, `${version}.yaml`);
  if ([resolve(argument), resolve(project, argument)].includes(manifest)) return version;
  throw new Problem({
    happened: "Manifests are taken from the project's folder of releases only.",
    where: `${argument} is not in ${join(project, releases)}, or does not end in .yaml`,
    untouched: "Nothing was started.",
    next: `put it there, or set ${projectName}:releases in ${basename(stackFile.path)}`,
    exitCode: exitCodes.usage,
  });
}
