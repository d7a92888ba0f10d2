import { z } from "zod";
import { readJson, shaped } from "../reportJson.ts";
import { shown } from "../shown.ts";
import { type ReleasedSummary, type StagingSummary, stagingGate } from "./stagingSummary.ts";

const environment = z.enum(["blue", "green"]);
const weights = z.object({ blue: z.number().int().min(0).max(100), green: z.number().int().min(0).max(100) });
const versions = z.object({ blue: z.string().optional(), green: z.string().optional() });
const proof = z.object({ ...stagingGate.shape, passed: z.literal(true) });
const images = z.record(z.string().max(100), z.string().max(600));

const outputsShape = z.object({
  live: environment,
  versions,
  serving: weights,
  gates: z.array(proof).max(20).optional(),
  manifestDigests: versions.optional(),
  images: images.optional(),
});

const resourceShape = z.object({
  urn: z.string(),
  type: z.string(),
  inputs: z.unknown().optional(),
  outputs: z.unknown().optional(),
  /** Waits to be deleted: it is no longer what stands. */
  delete: z.boolean().optional(),
});
const exportShape = z.object({
  deployment: z.object({
    manifest: z.object({ time: z.iso.datetime({ offset: true }) }),
    resources: z.array(resourceShape).max(100_000),
    pending_operations: z.array(z.unknown()).nullish(),
  }),
});

const deployed = z.object({ version: z.string(), manifestDigest: z.string() });
const releaseInputs = z.object({
  live: environment,
  environments: z.object({ blue: deployed.optional(), green: deployed.optional() }),
});
const running = z.object({ service: z.string(), environment, image: z.string() });

const releaseShape = z.object({
  ok: z.boolean(),
  version: z.string(),
  outcome: z.string(),
  environment,
  phases: z.array(z.object({ id: z.string(), status: z.string(), endedAt: z.number() })).max(100),
  criteria: z.array(z.object({ id: z.string(), verdict: z.enum(["met", "not met", "unknown"]) })).max(100),
  serving: z.object({ environment: environment.optional(), version: z.string().optional() }),
});

/**
 * Reads what a staging stack of Greenlight says of itself: `pulumi stack output --json`, or `pulumi stack export`, which knows more.
 *
 * @throws Error with one sentence for what is neither
 */
export function readStaging(bytes: Buffer): StagingSummary {
  return stagingOf(readJson(bytes));
}

/** As {@link readStaging}; takes what `greenlight release --json` ended with as well. */
export function readSmoke(bytes: Buffer): StagingSummary | ReleasedSummary {
  const value = readJson(bytes);
  return has(value, "outcome") ? releasedOf(value) : stagingOf(value);
}

function stagingOf(value: unknown): StagingSummary {
  if (has(value, "deployment")) return exported(value);
  if (!has(value, "serving")) throw new Error("it is neither the outputs nor the export of a Greenlight stack");
  const it = shaped(outputsShape, value, "`pulumi stack output --json`");
  const digest = it.manifestDigests?.[it.live];
  return {
    from: "outputs",
    live: it.live,
    versions: named(it.versions),
    serving: { blue: it.serving.blue, green: it.serving.green },
    ...(digest === undefined ? {} : { manifestDigest: shown(digest) }),
    images: Object.entries(it.images ?? {})
      .slice(0, 100)
      .map(([service, image]) => ({ service, image })),
    gates: (it.gates ?? []).map(gateOf),
    pending: 0,
  };
}

function exported(value: unknown): StagingSummary {
  const { deployment } = shaped(exportShape, value, "`pulumi stack export`");
  const standing = deployment.resources.filter((it) => it.delete !== true);
  const of = (type: string) => standing.filter((it) => it.type === type);
  const [release, another] = of("greenlight:index:Release");
  const [traffic] = of("greenlight:local:Traffic");
  const [stack] = of("pulumi:pulumi:Stack");
  if (release === undefined || another !== undefined) throw new Error("it is no export of one stack of Greenlight");
  const facts = shaped(releaseInputs, release.inputs, "Greenlight's Release");
  const read = shaped(z.object({ serving: weights }), (traffic ?? stack)?.outputs, "Greenlight's traffic");
  const live = facts.environments[facts.live];
  const gates = [...of("greenlight:index:HealthGate"), ...of("greenlight:index:SmokeGate")].flatMap((it) => {
    const found = z.object({ proof }).safeParse(it.outputs);
    return found.success ? [gateOf(found.data.proof)] : [];
  });
  return {
    from: "export",
    at: deployment.manifest.time,
    live: facts.live,
    versions: named({ blue: facts.environments.blue?.version, green: facts.environments.green?.version }),
    serving: { blue: read.serving.blue, green: read.serving.green },
    ...(live === undefined ? {} : { manifestDigest: shown(live.manifestDigest) }),
    images: imagesIn(standing, facts.live),
    gates: gates.slice(0, 20),
    pending: deployment.pending_operations?.length ?? 0,
  };
}

/** Whatever resource of the live environment says that it runs a service's image. */
function imagesIn(resources: readonly z.infer<typeof resourceShape>[], live: string) {
  const found = resources.flatMap((it) => {
    const own = running.safeParse(it.inputs);
    return own.success && own.data.environment === live ? [`${own.data.service} ${own.data.image}`] : [];
  });
  return [...new Set(found)].slice(0, 100).map((it) => {
    const [service = "", image = ""] = it.split(" ", 2);
    return { service: shown(service), image: image.slice(0, 600) };
  });
}

function releasedOf(value: unknown): ReleasedSummary {
  const it = shaped(releaseShape, value, "`greenlight release --json`");
  const gates = it.phases.findLast(
    (phase) => phase.id === "deploy" && (phase.status === "done" || phase.status === "resumed"),
  );
  const at = gates === undefined ? undefined : new Date(gates.endedAt);
  const serves = it.serving.environment === it.environment ? it.serving.version : undefined;
  return {
    from: "release",
    version: shown(it.version),
    ok: it.ok,
    outcome: shown(it.outcome),
    ...(serves === undefined ? {} : { serving: shown(serves) }),
    ...(at === undefined || Number.isNaN(at.getTime()) ? {} : { gatesAt: at.toISOString() }),
    userFlows: it.criteria.find((one) => one.id === "user-flows")?.verdict ?? "unknown",
  };
}

function gateOf({ gate, environment: where, version, at }: z.infer<typeof proof>) {
  return { gate, environment: where, version: shown(version), at };
}

function named({ blue, green }: z.infer<typeof versions>) {
  return {
    ...(blue === undefined ? {} : { blue: shown(blue) }),
    ...(green === undefined ? {} : { green: shown(green) }),
  };
}

function has(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
