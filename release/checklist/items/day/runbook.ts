import { z } from "zod";
import { fail, item, pass } from "../../item.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const facts = z.strictObject({
  version: z.string().max(63),
  /** Relative to the project. */
  file: z.string().max(1_000),
  /** Absent when there is no such file. `said`: its digest line; `found`: the digest of what stands above that line. */
  runbook: z.strictObject({ said: digest.optional(), found: digest }).optional(),
  /** What the plan gives now. */
  expected: digest,
});

/** The seed's "Update deployment runbook". */
export const runbook = item({
  id: "day/runbook",
  group: "day",
  title: "Update deployment runbook",
  severity: "medium",
  when: "tag",
  unoverridable: false,
  rule: "The runbook of this version was written by `greenlight runbook` from the manifest and the settings as they are now, and was not edited but for its notes.",
  mend: "greenlight runbook <version>",
  facts,
  judge({ version, file, runbook: it, expected }, judging) {
    const evidence = [{ source: file, sha256: it?.found }];
    if (version !== judging.version) return fail(`the runbook is of ${version}`, evidence);
    if (it === undefined) return fail(`there is no ${file}`);
    if (it.said === undefined) return fail(`${file} has no digest line: greenlight did not write it`, evidence);
    if (it.said !== expected)
      return fail(`${file} is out of date: the manifest or the settings have changed`, evidence);
    if (it.found !== expected) return fail(`${file} was edited above its notes`, evidence);
    return pass(`${file} is what the plan gives now`, evidence);
  },
});
