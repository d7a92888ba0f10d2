import { createHash } from "node:crypto";
import { z } from "zod";
import { Problem, sentence } from "../../../release/problem.ts";
import { within } from "../../../release/within.ts";
import { handler, type Step } from "../../handler.ts";
import { poll } from "../../poll.ts";

const inputs = z.strictObject({
  /** Where users reach it, such as `https://www.shop.example`. */
  address: z.url(),
  /** Name of the host that is asked for, where the address has another. */
  host: z.string().optional(),
  version: z.string(),
  /** MD5 of the page that must be served. */
  indexEtag: z.string(),
  /** Headers that every answer must have. */
  headers: z.array(z.string()),
  intervalMs: z.number().int().positive(),
  deadlineMs: z.number().int().positive(),
});
type Inputs = z.infer<typeof inputs>;

interface Outputs {
  /** ISO time at which the release was seen from outside. */
  readonly servedAt: string;
}

/** What users are served, as seen from outside after the switch: the very page of the release, with the headers that protect it. */
export const frontendServed = handler<Inputs, Outputs>({
  inputs,
  remarks: ["intervalMs", "deadlineMs"],
  async create(step, it) {
    return { id: "frontend-served", outputs: await pass(step, it) };
  },
  async update(step, _, __, news) {
    return pass(step, news);
  },
  async delete() {
    // A look leaves nothing behind.
  },
});

async function pass(step: Step, it: Inputs): Promise<Outputs> {
  const fault = await poll(
    () => look(it, step.signal),
    (found) => found === undefined,
    it,
    step.signal,
  );
  if (fault === undefined) return { servedAt: new Date().toISOString() };
  throw new Problem({
    happened: `${it.version} is not what users are served: ${fault}.`,
    where: it.address,
    untouched: "The release before is still there and warm.",
    next: "set greenlight:live back and update if users are not served well; else see what holds it, and run the update again: it looks anew",
  });
}

async function look(it: Inputs, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { default: undici } = await import("undici");
    const host = it.host === undefined ? {} : { headers: { host: it.host } };
    const [answer, page] = await within(10_000, signal, async (patience) => {
      const got = await undici.request(`${it.address}/`, { ...host, signal: patience });
      return [got, Buffer.from(await got.body.arrayBuffer())];
    });
    const digest = createHash("md5").update(page).digest("hex");
    if (answer.statusCode !== 200) return `the answer is ${answer.statusCode}`;
    if (digest !== it.indexEtag) return "the page is another release's";
    const missing = it.headers.filter((name) => answer.headers[name] === undefined);
    return missing.length === 0 ? undefined : `the answer has no ${missing.join(", no ")}`;
  } catch (error) {
    signal.throwIfAborted();
    return sentence(error);
  }
}
