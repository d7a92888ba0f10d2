/** What an announcement is about. */
export type AnnouncementKind = "start" | "complete" | "rollback";

/** Says that a deployment starts. `eta` in milliseconds; `target` defaults to production. */
export function startAnnouncement(facts: {
  readonly version: string;
  readonly features: readonly string[];
  readonly eta: number;
  readonly target?: string;
}): string {
  const features =
    facts.features.length === 0 ? [] : ["Features:", ...facts.features.map((feature) => `- ${oneLine(feature)}`), ""];
  return [
    `🚀 Deploying ${facts.version} to ${facts.target ?? "production"}`,
    ...features,
    `ETA: ${inWords(facts.eta)}`,
  ].join("\n");
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
