import type { AnnouncementKind } from "../announcement.ts";
import type { AnnouncementSettings, ChannelSettings } from "./settings.ts";

/** A channel with its name. */
export interface Channel {
  readonly name: string;
  readonly settings: ChannelSettings;
  /** Whom it reaches, by name: addresses, a room, or the channel's own name. */
  readonly to: readonly string[];
}

const aboutDeployment: readonly AnnouncementKind[] = ["start", "complete", "rollback"];

/** What a channel is told: as its `on` says, else by whom it reaches. */
export function kindsOf({ on, type, audience }: ChannelSettings): readonly AnnouncementKind[] {
  if (on !== undefined) return on;
  if (type === "statuspage") return ["status-page", ...aboutDeployment];
  return audience === "team" ? ["team", "brief", ...aboutDeployment] : ["stakeholders", ...aboutDeployment];
}

/** All channels, by name. */
export function channelsOf(settings: AnnouncementSettings | undefined): readonly Channel[] {
  return Object.entries(settings?.channels ?? {}).map(([name, it]) => ({
    name,
    settings: it,
    to: it.to === undefined ? [name] : typeof it.to === "string" ? [it.to] : [...new Set(it.to)],
  }));
}

/** The channels that are told of a kind. */
export function channelsFor(kind: AnnouncementKind, settings: AnnouncementSettings | undefined): readonly Channel[] {
  return channelsOf(settings).filter((it) => kindsOf(it.settings).includes(kind));
}
