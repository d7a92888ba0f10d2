import { join, resolve } from "node:path";
import type { Settings } from "../config.ts";
import { readPlatform, readServing } from "../provider/local/serving.ts";
import { environmentNames } from "../release/environment.ts";
import { sentence } from "../release/problem.ts";

/** One line for the head of a preview: what serves now, as read, and what the settings ask for. */
export async function sayServing(project: string, stack: string, settings: Settings): Promise<string> {
  const names = Object.keys(settings.services).join(", ");
  const candidate = settings[settings.live] ?? "no version";
  const asked = `settings ask for ${settings.live} ${candidate}`;
  try {
    const facts = readPlatform(join(resolve(project, settings.folder), stack));
    if (facts === undefined) return `${names}: nothing serves yet; ${asked}`;
    const serving = await readServing(facts);
    const first = serving.weights[facts.services[0]?.name ?? ""];
    const shares = environmentNames.map((name) => `${name} ${first?.[name] ?? "?"} %`).join(", ");
    const nobody = first !== undefined && first.blue + first.green === 0;
    const now = nobody ? "nobody serves" : serving.environment === undefined ? shares : `${serving.environment} serves`;
    return `${names}: ${now} (read ${serving.readAt.toISOString()}); ${asked}`;
  } catch (error) {
    return `${names}: what serves could not be read (${sentence(error).split("\n")[0]}); ${asked}`;
  }
}
