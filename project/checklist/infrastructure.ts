import { thresholdsOf } from "../../config.ts";
import { readRollbackProof } from "../../release/evidence/drill/rollback.ts";
import { shown } from "../../release/evidence/shown.ts";
import { readSmoke, readStaging } from "../../release/evidence/staging/readStaging.ts";
import type { JournalRecord } from "../../release/journalRecord.ts";
import { liveVersion } from "../migrations/liveVersion.ts";
import { liveVersions } from "../platform/platform.ts";
import type { Gatherers } from "./gathering.ts";
import { plainFacts } from "./plainFacts.ts";

/** Facts of the infrastructure group: settings, the platform, the staging stack's state, rehearsals and the journal. */
export const infrastructure: Gatherers = {
  "infrastructure/staging": ({ manifest: { manifest, digest }, evidence }) =>
    plainFacts({
      files: evidence.read(
        "infrastructure/staging",
        manifest.evidence["infrastructure/staging"]?.files ?? [],
        readStaging,
      ),
      manifestDigest: digest,
      images: Object.entries(manifest.services).flatMap(([service, { image }]) =>
        image === undefined ? [] : [{ service, image }],
      ),
    }),
  "infrastructure/staging-smoke": ({ manifest: { manifest }, evidence }) => {
    const own = manifest.evidence["infrastructure/staging-smoke"]?.files;
    const item = own === undefined ? "infrastructure/staging" : "infrastructure/staging-smoke";
    const files = own ?? manifest.evidence["infrastructure/staging"]?.files ?? [];
    return plainFacts({ files: evidence.read(item, files, readSmoke) });
  },
  "infrastructure/capacity": async ({ settings, manifest: { manifest }, platform }) => {
    const running = (await platform.live()).filter(
      ({ versions }) => versions.length === 0 || versions.some(({ version }) => version !== manifest.version),
    );
    return {
      services: Object.fromEntries(
        Object.entries(settings.services).map(([name, { instances }]) => {
          const live = running.filter(({ service }) => service === name).reduce((sum, { count }) => sum + count, 0);
          const candidate = Math.max(instances, Math.min(live, platform.mostInstances(name)));
          return [name, live === 0 ? { candidate } : { live, candidate }];
        }),
      ),
    };
  },
  "infrastructure/monitoring": ({ settings, manifest: { manifest }, platform }) => {
    const { errorRate, p95 } = thresholdsOf(settings);
    const alarm = {
      errorRate: { max: errorRate.max, forMs: errorRate.for },
      p95: { maxMs: p95.maxMs, forMs: p95.for },
    };
    const watched = new Set(platform.watched());
    return {
      services: Object.fromEntries(
        [...new Set([...Object.keys(manifest.services), ...Object.keys(settings.services)])].map((name) => [
          name,
          watched.has(name) ? alarm : {},
        ]),
      ),
      watchForMs: settings.watch.for,
    };
  },
  "infrastructure/rollback": async (it) => {
    const { manifest: own, evidence, journal, platform } = it;
    const { manifest } = own;
    return plainFacts({
      files: evidence.read(
        "infrastructure/rollback",
        manifest.evidence["infrastructure/rollback"]?.files ?? [],
        readRollbackProof,
      ),
      liveVersion: liveVersion(it, await liveVersions(platform)),
      deeds: journal.flatMap(deedOf).slice(-20),
    });
  },
};

function deedOf(it: JournalRecord) {
  if (it.type === "drill" && it.kind === "rollback") {
    return [
      {
        kind: "drill",
        at: it.at,
        versions: [it.version],
        passed: it.passed,
        sentence: shown(it.sentence),
      },
    ];
  }
  if (it.type !== "rollback") return [];
  const { version, toVersion, fromVersion, reason, at } = it;
  const from = fromVersion === undefined ? "" : ` from ${fromVersion}`;
  return [
    {
      kind: "rollback",
      at,
      versions: [...new Set([version, toVersion, ...(fromVersion === undefined ? [] : [fromVersion])])],
      passed: true,
      sentence: shown(`back${from} to ${toVersion}: ${reason}`),
    },
  ];
}
