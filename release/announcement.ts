/**
 * What an announcement is about. Before the day: `team` tells of the deployment window, `stakeholders` of what comes, `status-page`
 * of planned maintenance; `brief` is the team's briefing at T-60; the rest are the deployment itself.
 */
export const announcementKinds = [
  "team",
  "stakeholders",
  "status-page",
  "brief",
  "start",
  "complete",
  "rollback",
] as const;
export type AnnouncementKind = (typeof announcementKinds)[number];

/** Longest text of an announcement; the journal keeps it whole. Characters. */
export const longestAnnouncement = 4_000;

/** Says that a deployment starts. `eta` in milliseconds; `target` defaults to production. */
export function startAnnouncement(facts: {
  readonly version: string;
  readonly features: readonly string[];
  readonly eta: number;
  readonly target?: string;
}): string {
  const features =
    facts.features.length === 0 ? [] : ["Features:", ...facts.features.map((feature) => `- ${oneLine(feature)}`), ""];
  const eta = `ETA: ${inWords(facts.eta)}`;
  const said = [`🚀 Deploying ${facts.version} to ${facts.target ?? "production"}`, ...features].join("\n");
  return `${bounded(said, longestAnnouncement - eta.length - 1)}\n${eta}`;
}

/** Says that a deployment is complete, with the health read back. `monitoring`: how long it is still watched, in milliseconds. */
export function completeAnnouncement(facts: {
  readonly version: string;
  readonly health: { readonly healthy: number; readonly of: number };
  readonly monitoring: number;
}): string {
  const { healthy, of } = facts.health;
  const all = of > 0 && healthy === of;
  return [
    all ? `✅ ${facts.version} deployed successfully` : `⚠️ ${facts.version} deployed, but not everything is healthy`,
    all ? "All health checks pass." : `${healthy} of ${of} health checks pass.`,
    ...(facts.monitoring > 0
      ? [`Monitoring for ${facts.monitoring === 3_600_000 ? "next hour" : inWords(facts.monitoring)}.`]
      : []),
  ].join("\n");
}

/** Says that traffic goes back, and why. `eta` in milliseconds. */
export function rollbackAnnouncement(facts: {
  readonly to: string;
  readonly reason: string;
  readonly eta: number;
}): string {
  return [`⚠️ Rolling back to ${facts.to}`, `Reason: ${oneLine(facts.reason)}`, `ETA: ${inWords(facts.eta)}`].join("\n");
}

/** Tells the team when a version is deployed. `when` is shown as given; `duration` in milliseconds. */
export function teamAnnouncement(facts: {
  readonly version: string;
  readonly features: readonly string[];
  readonly when?: string | undefined;
  readonly duration: number;
  readonly message?: string | undefined;
  readonly target?: string;
}): string {
  return lines(
    `📅 ${facts.version} is going to be deployed to ${facts.target ?? "production"}`,
    facts.message,
    list("Features:", facts.features),
    facts.when === undefined ? undefined : `When: ${oneLine(facts.when)}`,
    `Planned time: ${inWords(facts.duration)}`,
  );
}

/** Tells those whom a release concerns what it brings. */
export function stakeholdersAnnouncement(facts: {
  readonly version: string;
  readonly features: readonly string[];
  readonly when?: string | undefined;
  readonly downtime?: Downtime | undefined;
  readonly message?: string | undefined;
  readonly target?: string;
}): string {
  return lines(
    `📣 ${facts.version} comes to ${facts.target ?? "production"}`,
    facts.message,
    list("What is new:", facts.features),
    facts.when === undefined ? undefined : `When: ${oneLine(facts.when)}`,
    facts.downtime === undefined
      ? "No downtime is planned."
      : `Downtime: ${instantInWords(facts.downtime.from)} to ${instantInWords(facts.downtime.until)}`,
  );
}

/** T-60: what is done in which order, how it goes back, and who answers. */
export function briefing(facts: {
  readonly version: string;
  readonly features: readonly string[];
  readonly steps: readonly { readonly at: string; readonly title: string; readonly undoneBy: string }[];
  readonly onCall?: string | undefined;
  readonly when?: string | undefined;
  readonly message?: string | undefined;
}): string {
  return lines(
    `📋 Briefing: ${facts.version}`,
    facts.message,
    facts.when === undefined ? undefined : `When: ${oneLine(facts.when)}`,
    list("Features:", facts.features),
    list(
      "Steps, and how each is undone:",
      facts.steps.map(({ at, title, undoneBy }) => `${at} ${title} (${undoneBy})`),
    ),
    `On call: ${facts.onCall === undefined ? "nobody is named" : oneLine(facts.onCall)}`,
  );
}

/** Planned maintenance, for the users of a status page. */
export function maintenanceAnnouncement(facts: {
  readonly version: string;
  readonly downtime: Downtime;
  readonly message?: string | undefined;
}): string {
  return lines(`🔧 Planned maintenance for ${facts.version}`, facts.message, maintenanceTimes(facts.downtime));
}

/** The lines of a maintenance's announcement that say when it is. */
export function maintenanceTimes({ from, until }: Downtime): readonly string[] {
  return [`From: ${instantInWords(from)}`, `Until: ${instantInWords(until)}`];
}

/** A planned downtime; ISO times with zone. */
export interface Downtime {
  readonly from: string;
  readonly until: string;
}

/** An ISO time as it was given, to the minute, with its offset: `2026-03-04 14:00 +01:00`. */
export function instantInWords(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})[^Z+-]*(Z|[+-]\d{2}:?\d{2})$/.exec(iso);
  return match === null ? oneLine(iso) : `${match[1]} ${match[2]} ${match[3] === "Z" ? "UTC" : match[3]}`;
}

/** Lines without those that are left out, at most {@link longestAnnouncement} characters. */
function lines(...parts: readonly (string | readonly string[] | undefined)[]): string {
  const text = parts
    .flatMap((part) => part ?? [])
    .flatMap((part) => (part.trim() === "" ? [] : [part]))
    .join("\n");
  return bounded(text, longestAnnouncement);
}

function bounded(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function list(title: string, entries: readonly string[]): readonly string[] {
  return entries.length === 0 ? [] : [title, ...entries.map((entry) => `- ${oneLine(entry)}`)];
}

/** Whole minutes, seconds under two minutes, hours when they are whole. */
function inWords(milliseconds: number): string {
  const named = (value: number, unit: string): string => `${value} ${unit}${value === 1 ? "" : "s"}`;
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return "unknown";
  const seconds = Math.max(1, Math.ceil(milliseconds / 1_000));
  if (seconds < 60) return named(seconds, "second");
  const minutes = Math.ceil(seconds / 60);
  return minutes % 60 === 0 ? named(minutes / 60, "hour") : named(minutes, "minute");
}

function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an announcement's lines are its form
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line === "" ? "none given" : line;
}
