import { setTimeout as pause } from "node:timers/promises";
import {
  DeregisterTargetsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type Answer, escaped, query } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

export type Health = "initial" | "healthy" | "unhealthy" | "draining";

interface Target {
  readonly id: string;
  readonly port: number;
  health: Health;
  reason?: string;
  description?: string;
  /** Checks in a row that spoke against the present state. */
  against: number;
}

const reasons = {
  initial: ["Elb.RegistrationInProgress", "Target registration is in progress"],
  draining: ["Target.DeregistrationInProgress", "Target deregistration is in progress"],
} as const;

/** However fast time goes, one that is well need not be asked more often. Milliseconds. */
const settledMs = 1_000;

/** What changes a group, or who is in it. */
const changing = new Set(["RegisterTargets", "DeregisterTargets", "ModifyTargetGroup", "DeleteTargetGroup"]);

/** Health of the targets of all groups, by checks that are really made; moto calls every target healthy. */
export class Targets {
  readonly #inner: Inner;
  readonly #signal: AbortSignal;
  /** How many times faster than told intervals and delays go. */
  readonly #speed: number;
  readonly #groups = new Map<string, Map<string, Target>>();
  /** Groups that moto was asked about once: whatever changes them passes through here from then on. */
  readonly #known = new Set<string>();

  constructor(inner: Inner, signal: AbortSignal, speed: number) {
    this.#inner = inner;
    this.#signal = signal;
    this.#speed = speed;
  }

  async register(group: string, port: number): Promise<void> {
    const targets = [{ Id: "127.0.0.1", Port: port }];
    await this.#elb(group).send(new RegisterTargetsCommand({ TargetGroupArn: group, Targets: targets }));
    this.#watch(group, "127.0.0.1", port);
  }

  /** Takes a target out of its group, and waits as long as it drains. */
  async deregister(group: string, port: number): Promise<void> {
    const target = this.#groups.get(group)?.get(`127.0.0.1:${port}`);
    if (target === undefined || target.health === "draining") return;
    target.health = "draining";
    this.#inner.changes.note();
    try {
      await pause(await this.#delayMs(group), undefined, { signal: this.#signal });
      const targets = [{ Id: "127.0.0.1", Port: port }];
      await this.#elb(group).send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: targets }));
    } catch {
      // The group is gone, or the simulator ends.
    }
    this.#groups.get(group)?.delete(`127.0.0.1:${port}`);
    this.#inner.changes.note();
  }

  health(group: string, port: number): Health | undefined {
    return this.#groups.get(group)?.get(`127.0.0.1:${port}`)?.health;
  }

  /** The answer to a request about targets; nothing when it is not about them. */
  async answer(request: ApiRequest): Promise<Answer | undefined> {
    const group = String(request.parameters.TargetGroupArn ?? "");
    const asks = request.action === "DescribeTargetHealth";
    if (!asks && !changing.has(request.action)) return undefined;
    const named = namedTargets(request.parameters);
    // Of a target that is none moto has its own answer.
    if (!asks || named.length > 0 || !this.#known.has(group)) {
      const from = await this.#inner.forward(request);
      if (from.status !== 200) return from;
      if (!asks) return await this.#changed(request, group, from);
      await this.#adopt(group);
    }
    const told = [...(this.#groups.get(group)?.values() ?? [])].filter(
      (it) =>
        named.length === 0 || named.some(({ id, port }) => id === it.id && (port === undefined || port === it.port)),
    );
    return query(
      request,
      "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
      `<TargetHealthDescriptions>${told.map(written).join("")}</TargetHealthDescriptions>`,
    );
  }

  /** Takes note of what moto has done. @param from its answer */
  async #changed(request: ApiRequest, group: string, from: Answer): Promise<Answer> {
    const named = namedTargets(request.parameters);
    if (request.action === "DeleteTargetGroup") {
      this.#known.delete(group);
      this.#groups.delete(group);
    }
    if (request.action === "RegisterTargets") {
      for (const { id, port } of named) this.#watch(group, id, port ?? (await this.#settings(group))?.Port ?? 80);
    }
    if (request.action === "DeregisterTargets") {
      for (const { id, port } of named) {
        for (const [key, it] of this.#groups.get(group) ?? []) {
          if (it.id === id && (port === undefined || it.port === port)) this.#groups.get(group)?.delete(key);
        }
      }
    }
    this.#inner.changes.note();
    return from;
  }

  /** Targets that moto was told of before the simulator stood in front of it. */
  async #adopt(group: string): Promise<void> {
    const { TargetHealthDescriptions: known } = await this.#elb(group).send(
      new DescribeTargetHealthCommand({ TargetGroupArn: group }),
    );
    for (const { Target: target } of known ?? []) {
      if (target?.Id !== undefined && target.Port !== undefined) this.#watch(group, target.Id, target.Port);
    }
    this.#known.add(group);
  }

  #watch(group: string, id: string, port: number): void {
    const targets = this.#groups.get(group) ?? new Map<string, Target>();
    this.#groups.set(group, targets);
    const key = `${id}:${port}`;
    if (targets.has(key)) return;
    const target: Target = { id, port, health: "initial", against: 0 };
    targets.set(key, target);
    this.#inner.changes.note();
    void this.#check(group, target).catch((error: unknown) => {
      if (!this.#signal.aborted) target.description = String(error);
    });
  }

  async #check(group: string, target: Target): Promise<void> {
    const stands = () => this.#groups.get(group)?.get(`${target.id}:${target.port}`) === target;
    while (!this.#signal.aborted && stands() && target.health !== "draining") {
      const settings = await this.#settings(group);
      if (settings === undefined) return;
      const complaint = await complaintOf(settings, target);
      const before = target.health;
      judge(target, complaint, settings);
      if (target.health !== before) this.#inner.changes.note();
      const everyMs = ((settings.HealthCheckIntervalSeconds ?? 30) * 1_000) / this.#speed;
      const settled = complaint === undefined && before === "healthy";
      await pause(settled ? Math.max(everyMs, settledMs) : everyMs, undefined, { signal: this.#signal });
    }
  }

  async #settings(group: string): Promise<TargetGroup | undefined> {
    const { TargetGroups: found } = await this.#elb(group).send(
      new DescribeTargetGroupsCommand({ TargetGroupArns: [group] }),
    );
    return found?.[0];
  }

  async #delayMs(group: string): Promise<number> {
    const { Attributes: attributes } = await this.#elb(group).send(
      new DescribeTargetGroupAttributesCommand({ TargetGroupArn: group }),
    );
    const seconds = attributes?.find(({ Key: key }) => key === "deregistration_delay.timeout_seconds")?.Value;
    return (Number(seconds ?? 300) * 1000) / this.#speed;
  }

  #elb(arn: string): ElasticLoadBalancingV2Client {
    return this.#inner.client(ElasticLoadBalancingV2Client, arn.split(":")[3] ?? "");
  }
}

/** A new target is healthy after one good check; after that the group's thresholds hold. */
function judge(target: Target, complaint: string | undefined, settings: TargetGroup): void {
  if (target.health === "draining") return;
  const good = complaint === undefined;
  const speaksFor = good === (target.health === "healthy");
  target.against = speaksFor ? 0 : target.against + 1;
  if (target.health === "initial") {
    if (good) target.health = "healthy";
    else if (target.against >= (settings.UnhealthyThresholdCount ?? 2)) target.health = "unhealthy";
    else return;
  } else {
    const needed = good ? settings.HealthyThresholdCount : settings.UnhealthyThresholdCount;
    if (target.against >= (needed ?? 2)) target.health = good ? "healthy" : "unhealthy";
  }
  if (target.health === "unhealthy" && complaint !== undefined) target.description = complaint;
  if (speaksFor || target.health === (good ? "healthy" : "unhealthy")) target.against = 0;
}

/** What speaks against a target, as the load balancer would say it; nothing when it answers well. */
async function complaintOf(settings: TargetGroup, { id, port }: Target): Promise<string | undefined> {
  const checked = settings.HealthCheckPort === "traffic-port" ? port : Number(settings.HealthCheckPort ?? port);
  const timeoutMs = (settings.HealthCheckTimeoutSeconds ?? 5) * 1000;
  try {
    const url = `http://${id}:${checked}${settings.HealthCheckPath ?? "/"}`;
    const { status } = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
    return matches(settings.Matcher?.HttpCode ?? "200", status)
      ? undefined
      : `Health checks failed with these codes: [${status}]`;
  } catch (error) {
    return error instanceof Error && error.name === "TimeoutError" ? "Request timed out" : "Health checks failed";
  }
}

/** `200`, `200,202` or `200-299`. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(",").some((part) => {
    const [least = 0, most = least] = part.split("-").map(Number);
    return status >= least && status <= most;
  });
}

function written({ id, port, health, description }: Target): string {
  const [reason, text] =
    health === "unhealthy"
      ? ["Target.FailedHealthChecks", description ?? "Health checks failed"]
      : health === "healthy"
        ? []
        : reasons[health];
  const why = reason === undefined ? "" : `<Reason>${reason}</Reason><Description>${escaped(text ?? "")}</Description>`;
  return `<member><HealthCheckPort>${port}</HealthCheckPort><TargetHealth><State>${health}</State>${why}</TargetHealth><Target><Id>${id}</Id><Port>${port}</Port></Target></member>`;
}

function namedTargets(form: Readonly<Record<string, unknown>>): { id: string; port: number | undefined }[] {
  const found: { id: string; port: number | undefined }[] = [];
  for (let index = 1; ; index += 1) {
    const id = form[`Targets.member.${index}.Id`];
    if (id === undefined) return found;
    const port = form[`Targets.member.${index}.Port`];
    found.push({ id: String(id), port: port === undefined ? undefined : Number(port) });
  }
}
