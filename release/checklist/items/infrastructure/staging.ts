import { z } from "zod";
import { gateRefusal, oldestStaging, timeRefusal } from "../../../evidence/staging/gateRefusal.ts";
import { type StagingSummary, stagingSummary } from "../../../evidence/staging/stagingSummary.ts";
import { byFiles, evidenceFact } from "../../evidence.ts";
import { item } from "../../item.ts";
import { contradictionOf } from "../../saidItself.ts";

const facts = z.strictObject({
  files: z.array(evidenceFact.extend({ summary: stagingSummary.optional() })).max(50),
  /** Digest of this release's manifest. */
  manifestDigest: z.string().max(300),
  /** Images that the manifest names, with their digests, by service. */
  images: z.array(z.strictObject({ service: z.string().max(300), image: z.string().max(600) })).max(100),
});
type Facts = z.infer<typeof facts>;

/** The seed's "Staging deployment successful": the same version serves everybody there, and its gates passed. */
export const staging = item({
  id: "infrastructure/staging",
  group: "infrastructure",
  title: "Staging deployment successful",
  severity: "critical",
  when: "review",
  unoverridable: false,
  rule: "In the staging stack's outputs or exported state this very version, from the same manifest or with the same image digests, serves 100 % of the traffic, and its health and smoke gates passed there within 7 days.",
  mend: "release the version to staging, `pulumi stack export --stack staging > staging.json`, and record it with `greenlight evidence add <version> infrastructure/staging staging.json`",
  facts,
  judge(all, judging) {
    const contradiction = all.files.flatMap(
      (it) => contradictionOf(it, { at: it.summary?.at }, judging, oldestStaging) ?? [],
    )[0];
    return byFiles(all.files, judging, oldestStaging, (summaries) => {
      const faults = summaries.flatMap((it) => refusal(it, all, judging.version, judging.now) ?? []);
      const [first] = contradiction === undefined ? faults : [contradiction];
      if (first !== undefined) return { verdict: "fail", reason: first };
      const said = summaries.map((it) => `${it.live} serves 100 %${newest(it)}`);
      return { verdict: "pass", reason: `${judging.version} in ${said.join("; ")}` };
    });
  },
});

function refusal(it: StagingSummary, all: Facts, version: string, now: Date): string | undefined {
  if (it.pending > 0) return `an update was interrupted there: ${it.pending} operations are pending`;
  const serves = it.versions[it.live];
  if (serves !== version) return `${serves ?? "nothing"} is live there, not ${version}`;
  const share = it.serving[it.live];
  if (share !== 100 || it.serving.blue + it.serving.green !== 100)
    return `${version} serves ${share} % there, not 100 %`;
  if (it.at !== undefined) {
    const late = timeRefusal("the update", Date.parse(it.at), now);
    if (late !== undefined) return late;
  }
  if (it.manifestDigest !== undefined && it.manifestDigest !== all.manifestDigest) {
    return `${version} was deployed there from another manifest (${it.manifestDigest.slice(0, 12)}, not ${all.manifestDigest.slice(0, 12)})`;
  }
  // The same manifest is the same images.
  if (it.manifestDigest === undefined || it.images.length > 0) {
    const other = all.images.find((wanted) => {
      const own = it.images.filter((one) => one.service === wanted.service);
      return own.length === 0 || own.some((one) => digestOf(one.image) !== digestOf(wanted.image));
    });
    if (other !== undefined) {
      const runs = it.images.find((one) => one.service === other.service)?.image ?? "an image that is not known";
      return `${other.service} runs ${runs} there, not ${other.image}`;
    }
  }
  return gateRefusal(it, "health", version, now) ?? gateRefusal(it, "smoke", version, now);
}

/** Registries may differ; what is pulled by digest may not. */
function digestOf(image: string): string {
  return image.slice(image.lastIndexOf("@") + 1);
}

function newest(it: StagingSummary): string {
  const times = it.gates.filter((one) => one.environment === it.live).map((one) => one.at);
  const last = times.sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
  return last === undefined ? "" : `, gates passed at ${last}`;
}
