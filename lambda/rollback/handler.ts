import { setTimeout as pause } from "node:timers/promises";
import { ElasticLoadBalancingV2Client, ModifyRuleCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SSMClient } from "@aws-sdk/client-ssm";
import * as z from "zod/mini";
import { readArming } from "../../provider/aws/armingRecord.ts";
import { readRules, type SeenRule } from "../../provider/aws/readRules.ts";
import { readTargets } from "../../provider/aws/readTargets.ts";
import type { Armed } from "../../release/automaticRollback/arming.ts";
import { isDue, type ReadArming, type ServiceNow, wayBack } from "../../release/automaticRollback/decision.ts";
import { type Outcome, rollbackNotice } from "../../release/automaticRollback/notice.ts";
import type { PagesOutcome } from "../../release/automaticRollback/pages.ts";
import { environmentNames, weightsFor } from "../../release/environment.ts";
import { sentence } from "../../release/problem.ts";
import { within } from "../../release/within.ts";
import { alarmOf } from "./event.ts";
import type { takePagesBack } from "./pages.ts";

const shape = z.strictObject({
  /** What messages call the stack. */
  stack: z.string(),
  /** The listener that users reach. */
  listener: z.string(),
  /** ARN of each service's target groups, in the order in which they go back. */
  services: z.array(z.strictObject({ service: z.string(), blue: z.string(), green: z.string() })),
  /** Name of the parameter that holds the arming. */
  parameter: z.string(),
  topic: z.string(),
  /** ARN of the key-value store that names the pages which are served; left out where there are none. */
  pages: z.optional(z.string()),
});
export type RollbackFacts = z.infer<typeof shape>;

/** What an invocation did, for its log. */
export interface Done {
  readonly deed: "moved" | "nothing" | "refused";
  readonly why: string;
}

/** What is loaded only when pages are to be moved: it brings a client along, and the services wait for none of it. */
export type LoadPages = () => Promise<{ readonly takePagesBack: typeof takePagesBack }>;

interface Tools {
  readonly facts: RollbackFacts;
  readonly loadPages: LoadPages | undefined;
  readonly load: ElasticLoadBalancingV2Client;
  readonly records: SSMClient;
  readonly topics: SNSClient;
  readonly signal: AbortSignal;
}

/** All of an invocation, milliseconds; less than the function's own timeout, so that a failure is still told. */
const patience = 45_000;
/** Of it for the pages at most: whoever waits for the message waits for them too. */
const patienceWithPages = 15_000;

/**
 * The function that moves traffic back when the no-go alarm fires and nobody is there. It decides by release/automaticRollback and
 * changes nothing but the weights of the services' rules and, where the stack has pages, the key that names the release they are of. The
 * services go first, as in the switch: they are what failed, and nothing about the pages may hold them up.
 *
 * @param loadPages needed where the facts have pages
 * @throws what went wrong, after it was told: whoever calls it tries again, and it decides anew
 */
export function rollbackHandler(stated: RollbackFacts, loadPages?: LoadPages): (event: unknown) => Promise<Done> {
  const facts = shape.parse(stated);
  return async (event) => {
    const settings = { maxAttempts: 5 };
    const tools: Tools = {
      facts,
      loadPages,
      load: new ElasticLoadBalancingV2Client(settings),
      records: new SSMClient(settings),
      topics: new SNSClient(settings),
      signal: AbortSignal.timeout(patience),
    };
    try {
      const done = await answer(tools, event);
      process.stdout.write(`${JSON.stringify(done)}\n`);
      return done;
    } finally {
      for (const client of [tools.load, tools.records, tools.topics]) client.destroy();
    }
  };
}

async function answer(tools: Tools, event: unknown): Promise<Done> {
  const alarm = alarmOf(event);
  const moved: string[] = [];
  let arming: Armed | undefined;
  let pages: PagesOutcome | undefined;
  const tell = (outcome: Outcome) => publish(tools, alarm.name, arming, outcome);
  try {
    const read = await recorded(tools);
    const due = isDue(read, alarm, Date.now());
    if (!due.due) {
      if (due.tell) await tell({ deed: "refused", why: due.why });
      return { deed: due.tell ? "refused" : "nothing", why: due.why };
    }
    arming = due.arming;
    const { rules, services } = await look(tools, arming);
    const back = wayBack(arming, services);
    if (back.deed === "refuse") {
      await tell({ deed: "refused", why: back.why });
      return { deed: "refused", why: back.why };
    }
    if (back.deed === "move") {
      // A go, or the next switch, that came while the rules were read holds.
      if (!(await holds(tools, read))) throw new Error("the record changed meanwhile");
      for (const service of back.services) {
        await setWeights(tools, rules, service, arming);
        moved.push(service);
      }
      await readBack(tools, arming);
    }
    pages = await pagesToo(tools, arming, read);
    if (back.deed === "move") {
      const services = tools.facts.services.map(({ service }) => service);
      await tell({ deed: "moved", services, ...(pages === undefined ? {} : { pages }) });
    } else if (pages?.deed === "moved" || pages?.deed === "failed") {
      await tell({ deed: "followed", pages });
    } else {
      return { deed: "nothing", why: pages === undefined ? back.why : `${back.why}; ${pages.why}` };
    }
  } catch (error) {
    await tell({ deed: "failed", why: sentence(error), moved }).catch((unheard: unknown) =>
      process.stderr.write(`Nobody could be told: ${sentence(unheard)}\n`),
    );
    throw error;
  }
  if (pages?.deed === "failed") throw new Error(`the pages did not go back: ${pages.why}`);
  return { deed: "moved", why: `${alarm.name} fired; ${sayMoved(moved, arming, pages)}` };
}

function sayMoved(services: readonly string[], { returnsTo }: Armed, pages: PagesOutcome | undefined): string {
  const traffic = services.length === 0 ? [] : [`${services.join(", ")} went back to ${returnsTo}`];
  if (pages === undefined) return traffic.join("");
  const what = pages.deed === "moved" ? `the pages went back to ${pages.version}` : `the pages did not: ${pages.why}`;
  return [...traffic, what].join("; ");
}

/** Whatever becomes of the pages, the services are back, and that is told. */
async function pagesToo(tools: Tools, arming: Armed, read: ReadArming | undefined): Promise<PagesOutcome | undefined> {
  const { loadPages, signal } = tools;
  const { pages } = tools.facts;
  if (pages === undefined) return undefined;
  try {
    if (loadPages === undefined) throw new Error("the function has no program for pages");
    const { takePagesBack } = await loadPages();
    return await within(patienceWithPages, signal, (patience) =>
      takePagesBack(pages, arming, () => holds(tools, read), patience),
    );
  } catch (error) {
    return { deed: "failed", why: sentence(error) };
  }
}

/** Whether the record is still the one that was read. */
async function holds(tools: Tools, read: ReadArming | undefined): Promise<boolean> {
  return (await recorded(tools))?.at === read?.at;
}

/** The record, with the time of the store that wrote it: no clock of a deployer's machine decides, and without that time there is none. */
async function recorded({ records, facts: { parameter }, signal }: Tools): Promise<ReadArming | undefined> {
  const read = await readArming(records, parameter, signal);
  return read?.at === 0 ? undefined : read;
}

async function look(tools: Tools, arming: Armed): Promise<{ rules: SeenRule[]; services: ServiceNow[] }> {
  const { load, facts, signal } = tools;
  const rules = await readRules(load, facts.listener, facts.services, signal);
  const services: ServiceNow[] = [];
  for (const [at, { service, weights }] of rules.entries()) {
    const targets = await readTargets(load, facts.services[at]?.[arming.returnsTo] ?? "", signal);
    services.push({ service, weights, healthy: targets.healthy });
  }
  return { rules, services };
}

async function setWeights({ load, facts, signal }: Tools, rules: readonly SeenRule[], service: string, arming: Armed) {
  const rule = rules.find((it) => it.service === service)?.rule;
  const groups = facts.services.find((it) => it.service === service);
  const weights = weightsFor(arming.returnsTo);
  const TargetGroups = environmentNames.map((name) => ({ TargetGroupArn: groups?.[name], Weight: weights[name] }));
  await load.send(
    new ModifyRuleCommand({ RuleArn: rule, Actions: [{ Type: "forward", Order: 1, ForwardConfig: { TargetGroups } }] }),
    { abortSignal: signal },
  );
}

/** What is told is what was read, never what was asked. */
async function readBack(tools: Tools, arming: Armed): Promise<void> {
  const wanted = weightsFor(arming.returnsTo);
  for (let left = 5; ; left--) {
    const rules = await readRules(tools.load, tools.facts.listener, tools.facts.services, tools.signal);
    const odd = rules.filter(({ weights }) => weights?.[arming.returnsTo] !== wanted[arming.returnsTo]);
    if (odd.length === 0) return;
    if (left === 0) throw new Error(`the rules of ${odd.map(({ service }) => service).join(", ")} do not show it`);
    await pause(1_000, undefined, { signal: tools.signal });
  }
}

async function publish({ topics, facts }: Tools, alarm: string, arming: Armed | undefined, outcome: Outcome) {
  const { subject, message } = rollbackNotice({ stack: facts.stack, alarm, arming, outcome });
  // Not ended with the rest: that time is up is one of the things to be told.
  await topics.send(new PublishCommand({ TopicArn: facts.topic, Subject: subject, Message: message }), {
    abortSignal: AbortSignal.timeout(10_000),
  });
}
