import { platformOf } from "./components/platforms.ts";
import * as pulumi from "./components/pulumi.ts";
import { readSettings, type Settings } from "./config.ts";
import { type ProjectManifest, readManifest } from "./project/readManifest.ts";
import { requireStartable, serviceMismatches } from "./project/servicesMatch.ts";
import { environmentNames } from "./release/environment.ts";

/** Settings -> release -> platform -> outputs. */
export async function deployStack(): Promise<Record<string, unknown>> {
  const project = pulumi.getRootDirectory();
  const settings = readSettings(pulumi.allConfig(), pulumi.getProject());
  const manifests = manifestsOf(project, settings);
  requireStartable(settings, manifests);
  for (const it of environmentNames.flatMap((name) => manifests[name] ?? [])) {
    for (const line of serviceMismatches(settings, it)) await pulumi.log.warn(line);
  }
  const name = pulumi.getStack();
  const platform = await platformOf(settings);
  const providers = platform.startProviders?.(settings) ?? [];
  const [serving, { checklist, said }] = await Promise.all([
    platform.sayServing(project, name, settings),
    checklistNow(project, name, settings),
  ]);
  for (const line of [serving, ...said]) void pulumi.log.info(line);
  // The command watches a release itself, and asks a rollback's health and smoke test.
  const watched = process.env.GREENLIGHT_WATCHED === "1";
  return platform.deploy({ stack: name, project, settings, manifests, checklist, watched, providers });
}

/** What the candidate's checklist is judged by, and the lines about it. Its readers are loaded only where it is asked for. */
async function checklistNow(project: string, stack: string, settings: Settings) {
  const { level } = settings.checklist;
  if (level === "none") return { checklist: { level }, said: ["checklist: not asked for (greenlight:checklist)"] };
  const { carriedChecklist, sayChecklists } = await import("./project/checklist/carriedChecklist.ts");
  const checklist = await carriedChecklist({ project, stack, settings, phase: phaseOfRun() });
  return { checklist, said: sayChecklists(checklist) };
}

/** A preview for a review leaves out what is judged on the day; an update never does. */
function phaseOfRun(): "review" | "day" {
  return pulumi.isDryRun() && process.env.GREENLIGHT_REVIEW === "1" ? "review" : "day";
}

type Manifests = { blue?: ProjectManifest; green?: ProjectManifest };

function manifestsOf(project: string, settings: Settings): Manifests {
  return Object.fromEntries(
    environmentNames.flatMap((name) => {
      const version = settings[name];
      if (version === undefined) return [];
      return [[name, readManifest(project, settings.releases, version)]];
    }),
  );
}
