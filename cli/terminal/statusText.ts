import { spokenDuration } from "../../release/duration.ts";
import { type EnvironmentName, environmentNames } from "../../release/environment.ts";
import { clock, count, milliseconds, percent } from "../../release/wording.ts";
import type { Status } from "../status/status.ts";
import { oneLine, pad, wrap } from "./printable.ts";
import type { Style } from "./style.ts";

export interface Page {
  readonly style: Style;
  readonly columns: number;
  /** Epoch ms. */
  readonly now: number;
}

const labelColumns = 11;

/** What `greenlight status` prints: first what serves, then what is wrong, then the rest. */
export function statusText(status: Status, { style, columns, now }: Page): string {
  const width = Math.max(40, Math.min(columns, 120));
  const row = (label: string, text: string): string[] =>
    wrap(oneLine(text), width - labelColumns - 2).map(
      (line, index) => `  ${style.dim(pad(index === 0 ? label : "", labelColumns))}${line}`,
    );
  const head = status.ok ? style.green(`✓ ${sayServes(status)}`) : style.red(`✗ ${sayServes(status)}`);
  const lines = [style.bold(head), ...reasonLines(status.reasons, width).map(style.red)];
  if (status.since !== null) {
    const { at, by, why } = status.since;
    lines.push(...row("since", `${localTime(at)} (${spokenDuration(now - Date.parse(at))}), by ${by}: ${why}`));
  } else if (status.serves.environment !== null) {
    lines.push(...row("since", "the journal does not tell: it was not moved by the greenlight command"));
  }
  if (status.asked !== null) {
    lines.push(...row("asked", `${status.asked.environment} ${status.asked.version ?? "without a version"}`));
  }
  if (status.health !== null) {
    lines.push(
      ...row("health", `${status.health.healthy} of ${status.health.of} instances that serve answer well now`),
    );
  }
  if (status.deployed !== "no") {
    for (const name of environmentNames) lines.push(...row(name, sayEnvironment(status, name)));
    lines.push(...row("way back", sayWayBack(status)), ...row("alarms", sayAlarms(status)));
  }
  lines.push(...row("under way", sayUnderWay(status, now)));
  for (const note of status.notes) {
    lines.push(
      ...wrap(oneLine(note), width - 2).map((line, index) => style.yellow(`${index === 0 ? "!" : " "} ${line}`)),
    );
  }
  const where = status.serves.proxy === null ? "" : ` from the proxy at ${status.serves.proxy}`;
  const read = status.serves.weights === null ? "not read" : `read at ${clock(Date.parse(status.readAt))}${where}`;
  lines.push(style.dim(`  ${status.project}, stack ${status.stack}; ${read}`));
  return lines.join("\n");
}

function sayServes({ deployed, serves }: Status): string {
  if (deployed === "no") return "nothing is deployed";
  if (serves.weights === null) return "what serves is unknown";
  if (serves.environment !== null) return `${serves.environment} ${serves.version ?? "(version unknown)"} serves 100 %`;
  const shares = Object.entries(serves.weights).map(([service, weights]) =>
    weights === null ? `${service}: nobody` : `${service}: blue ${weights.blue} %, green ${weights.green} %`,
  );
  return `traffic is shared: ${shares.join("; ")}`;
}

function reasonLines(reasons: readonly string[], width: number): string[] {
  return reasons.flatMap((reason) => wrap(oneLine(reason), width - 2)).map((line) => `  ${line}`);
}

function sayEnvironment({ deployed, environments }: Status, name: EnvironmentName): string {
  const it = environments[name];
  const nobody = deployed === "here" ? "nothing runs" : "version unknown here";
  const parts = [it.versions.length === 0 ? nobody : it.versions.join(" and ")];
  if (it.recorded > 0) parts.push(`${it.alive} of ${it.recorded} instances alive`);
  if (it.share !== null) parts.push(`${it.share} % of traffic`);
  if (it.requests !== null && it.errors !== null && it.requests > 0) {
    parts.push(`${count(it.requests)} requests, ${count(it.errors)} failed since the proxy started`);
  }
  return parts.join(", ");
}

function sayWayBack({ wayBack }: Status): string {
  if (wayBack === null) return "unknown, as what serves is";
  if (!wayBack.possible) return `none: ${wayBack.reason ?? "unknown"}`;
  const health = wayBack.health === null ? "" : ` (${wayBack.health.healthy} of ${wayBack.health.of} healthy)`;
  const warning = wayBack.reason === null ? "" : "; NOT HEALTHY";
  return `${wayBack.environment} ${wayBack.version}${health}${warning}: greenlight rollback --reason "…"`;
}

function sayAlarms({ alarms: { thresholds } }: Status): string {
  if (thresholds === null) return "not armed";
  const { errorRate, p95 } = thresholds;
  return `armed: errors over ${percent(errorRate.max)} for ${spokenDuration(errorRate.for)}, P95 over ${milliseconds(p95.maxMs)} for ${spokenDuration(p95.for)}`;
}

function sayUnderWay({ underWay }: Status, now: number): string {
  if (underWay === null) return "nothing";
  const { what, phase, by, since, pid, running, version } = underWay;
  const began = `by ${by} since ${localTime(since)} (${spokenDuration(now - Date.parse(since))})`;
  const at = phase === null ? "" : `, in phase ${phase}`;
  if (running) return `${what}${at}, ${began}, process ${pid}`;
  return `${what} was cut off${at}: started ${began}, process ${pid} is gone; \`greenlight release ${version ?? ""}\` goes on`;
}

/** `2026-11-23 14:07:40` in the machine's own time zone. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  return `${day} ${clock(at.getTime())}`;
}
