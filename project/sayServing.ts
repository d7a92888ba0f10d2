import { join, resolve } from "node:path";
import type { Settings } from "../config.ts";
import { readRecords } from "../provider/local/instanceRecord.ts";
import { readPlatform, readServing } from "../provider/local/serving.ts";
import { type EnvironmentName, environmentNames } from "../release/environment.ts";
import { sentence } from "../release/problem.ts";
import { sayAskedTraffic } from "./askedTraffic.ts";

/** One line for the head of a preview: what serves now, as read, and what the settings make of it. */
export async function sayServing(project: string, stack: string, settings: Settings): Promise<string> {
  const names = Object.keys(settings.services).join(", ");
  const { live, share } = settings;
  const asked = sayAskedTraffic(settings);
  const dir = join(resolve(project, settings.folder), stack);
  try {
    const facts = readPlatform(dir);
    if (facts === undefined) return `${names}: nothing serves yet; the settings ask for ${asked}`;
    const { environment, readAt, weights } = await readServing(facts);
    const read = `(read ${readAt.toISOString()})`;
    if (environment !== undefined) {
      const change =
        environment === live && share === 0 ? "the settings keep that" : `the settings move traffic to ${asked}`;
      return `${names}: ${environment}${versionsIn(dir, environment)} serves ${read}; ${change}`;
    }
    const first = weights[facts.services[0]?.name ?? ""];
    const nobody = first === undefined || first.blue + first.green === 0;
    const shares = environmentNames.map((name) => `${name} ${first?.[name] ?? "?"} %`).join(", ");
    return `${names}: ${nobody ? "nobody serves" : shares} ${read}; the settings ask for ${asked}`;
  } catch (error) {
    return `${names}: what serves could not be read (${sentence(error).split("\n")[0]}); the settings ask for ${asked}`;
  }
}

/** The versions whose processes run there, by their records. */
function versionsIn(dir: string, environment: EnvironmentName): string {
  const running = readRecords(dir).filter((it) => it.alive && it.environment === environment);
  return [...new Set(running.map((it) => ` ${it.version}`))].join(" and");
}
