import { resolve } from "node:path";
import { physicalName } from "../../components/aws/physicalName.ts";
import { namePrefix } from "../../components/aws/serving.ts";
import { containerPlan } from "../../components/kubernetes/containers.ts";
import { jobNamed, releaseName } from "../../components/kubernetes/names.ts";
import { onePodSpec } from "../../components/kubernetes/pod.ts";
import { accessOf } from "../../components/kubernetes/serving.ts";
import { readManifest } from "../../project/readManifest.ts";
import { type TakeBack, takeBack, takeBackTold, takeBackVariables } from "../../provider/database/takeBack.ts";
import { other } from "../../release/environment.ts";
import { Problem } from "../../release/problem.ts";
import { migrationTaskOf } from "../platform/migrationTask.ts";
import type { RollbackArgs } from "./rollback.ts";
import { scriptOfImage } from "./scriptOfImage.ts";

const asItWas = "Traffic is back; the database is as it was.";

type Run = Parameters<typeof takeBack>[1];

/** Takes a version's migration back inside the network of the database, by runs of the image that migrated. */
export async function rollBackByImage(
  args: RollbackArgs,
  platform: "aws" | "kubernetes",
  version: string,
): Promise<string> {
  const { context, to, reporter } = args;
  const told = {
    untouched: asItWas,
    next: `see what it has; take it back by hand if it must be (docs/${platform}.md)`,
  };
  const script = scriptOfImage(context, platform, { version, returnsTo: to.version }, told);
  reporter.tell({ kind: "step", text: `the database is asked whether the migration of ${version} is in it` });
  const run = platform === "aws" ? await tasks(args, script) : await jobs(args, script);
  const { line, by } = await takeBack(script, run);
  return by === undefined
    ? `The migration of ${version} was taken back already, and nothing was run: the database says "${line}".`
    : `The rollback script took back the migration of ${version} (${by}): the database says "${line}".`;
}

/** As Jobs named by the release: one that runs already, as after a command that was killed, is gone along with. */
async function jobs({ context, reporter, signal }: RollbackArgs, script: TakeBack): Promise<Run> {
  const [{ openClient }, { planOf }, { runJob }] = await Promise.all([
    import("../../provider/kubernetes/client.ts"),
    import("../../provider/kubernetes/jobInputs.ts"),
    import("../../provider/kubernetes/runJob.ts"),
  ]);
  const { kubernetes, releases } = context.settings();
  const migration = kubernetes?.database?.migration;
  if (kubernetes === undefined || migration === undefined) throw new Error("kubernetes.database.migration is missing");
  const { manifest } = readManifest(context.project, releases, script.version);
  const plan = containerPlan(kubernetes, manifest, migration.service);
  const pod = onePodSpec({ ...plan, env: { ...plan.env, ...takeBackVariables(script) } });
  const prefix = kubernetes.name;
  const names = { rollback: "rollback", verification: "verify-rollback" } as const;
  const times = { deadlineMs: migration.deadline, keepMs: migration.keep };
  const client = openClient(accessOf(resolve(context.project), kubernetes));
  const step = { urn: "", name: "rollback", signal, tell: (text: string) => reporter.tell({ kind: "step", text }) };
  const began = new Date();
  return (what, command) => {
    const name = jobNamed(prefix, releaseName(prefix, names[what], script.version));
    const [job, container] = planOf(name, pod, command, times);
    const once = what === "rollback" ? { endedSince: began } : {};
    return runJob(client, step, { ...job, ...takeBackTold, ...once }, container);
  };
}

/** As tasks of the definition that migrated; the one that changes the database is found again by its mark. */
async function tasks({ context, to, reporter, signal }: RollbackArgs, script: TakeBack): Promise<Run> {
  const { version } = script;
  const { aws, releases } = context.settings();
  const environment = other(to.environment);
  const task = aws && (await migrationTaskOf(context, aws, { environment, version }, takeBackTold, signal));
  const service = aws?.database?.migration?.service ?? "";
  const { image } = readManifest(context.project, releases, version).manifest.services[service] ?? {};
  if (aws === undefined || task === undefined || task.image !== image) {
    throw new Problem({
      happened: `${environment} has no task of ${version} that could take its migration back${task === undefined ? "" : `: its image is ${task.image}`}.`,
      where: `ECS, ${aws?.region}`,
      untouched: asItWas,
      next: `see what is deployed in ${environment} (greenlight status); take the database back by hand (docs/aws.md, Rollback)`,
    });
  }
  const { runTask } = await import("../../provider/aws/runTask.ts");
  const mark = physicalName("taskMark", "rollback", namePrefix(context.stack, aws), version);
  const once = { mark, endedSince: new Date() };
  const run = { ...task.run, environment: takeBackVariables(script) };
  const step = { signal, tell: (text: string) => reporter.tell({ kind: "step", text }) };
  return (what, command) => runTask(step, what === "rollback" ? { ...run, ...once } : run, what, command);
}
