import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { readSettings, type Settings } from "../config.ts";
import { exitCodes } from "../release/exitCodes.ts";
import { Problem } from "../release/problem.ts";
import { StackFile } from "./stackFile.ts";

/** What every command is given on its command line. */
export interface GlobalOptions {
  readonly project: string;
  readonly stack?: string | undefined;
  readonly json: boolean;
  readonly yes: boolean;
}

/** Where a command works: one stack of one project. */
export interface Context {
  /** Absolute folder of Pulumi.yaml. */
  readonly project: string;
  /** Name in Pulumi.yaml, also the namespace of the settings. */
  readonly projectName: string;
  readonly stack: string;
  readonly stackFile: StackFile;
  /** Folder for everything Greenlight keeps, absolute. */
  readonly home: string;
  /** The stack's own folder on this machine. */
  readonly dir: string;
  readonly by: string;
  settings(): Settings;
}

const projectFile = z.looseObject({
  name: z.string(),
  backend: z.looseObject({ url: z.string().optional() }).optional(),
});

/**
 * Finds project and stack. The stack is the one named, else the only one that has a file.
 *
 * @throws Problem when there is no project here, or the stack is not clear
 */
export function openContext(options: GlobalOptions): Context {
  const project = resolve(options.project);
  const path = join(project, "Pulumi.yaml");
  if (!existsSync(path)) {
    throw new Problem({
      happened: "There is no Pulumi project here.",
      where: path,
      untouched: "Nothing was changed.",
      next: "go to the folder of Pulumi.yaml, or name it with --project",
      exitCode: exitCodes.usage,
    });
  }
  const projectName = projectFile.parse(parse(readFileSync(path, "utf8"))).name;
  const stackFile = StackFile.find(project, options.stack);
  const settings = () => readSettings(stackFile.config(projectName), projectName);
  const home = resolve(project, stackFile.text(`${projectName}:folder`) ?? ".greenlight");
  return {
    project,
    projectName,
    stack: stackFile.stack,
    stackFile,
    home,
    dir: join(home, stackFile.stack),
    by: personName(),
    settings,
  };
}

/** Who is recorded as the one who did it: `GREENLIGHT_BY`, else the login name. */
function personName(): string {
  const named = process.env.GREENLIGHT_BY;
  if (named !== undefined && named !== "") return named.slice(0, 200);
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a user id without a name, as in containers
  }
}

/**
 * The environment in which the engine runs: the caller's backend and passphrase where the caller chose them, else a backend
 * in Greenlight's folder and a passphrase of its own.
 */
export function engineEnvironment(context: Context): Record<string, string> {
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: phraseFile } = process.env;
  return {
    ...(backendChosen(context.project) ? {} : ownBackend(context)),
    ...(phrase === undefined && phraseFile === undefined ? ownPassphrase(context) : {}),
  };
}

/** A file backend in Greenlight's folder. */
export function ownBackend(context: Context): Record<string, string> {
  const backend = join(context.home, "state");
  mkdirSync(backend, { recursive: true, mode: 0o700 });
  return { PULUMI_BACKEND_URL: `file://${backend}` };
}

/** A passphrase made once and kept readable by its owner only. */
export function ownPassphrase(context: Context): Record<string, string> {
  const file = join(context.home, "passphrase");
  mkdirSync(context.home, { recursive: true });
  try {
    writeFileSync(file, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}

/** Whether the caller works with a backend: by environment, in Pulumi.yaml, or logged in. */
function backendChosen(project: string): boolean {
  if (process.env.PULUMI_BACKEND_URL !== undefined || process.env.PULUMI_ACCESS_TOKEN !== undefined) return true;
  const file = projectFile.parse(parse(readFileSync(join(project, "Pulumi.yaml"), "utf8")));
  if (file.backend?.url !== undefined) return true;
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const credentials = join(home, "credentials.json");
  if (!existsSync(credentials)) return false;
  const { current } = z
    .looseObject({ current: z.string().optional() })
    .parse(JSON.parse(readFileSync(credentials, "utf8")));
  return current !== undefined && current !== "";
}
