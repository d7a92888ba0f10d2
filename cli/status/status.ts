import type { EnvironmentName, Weights } from "../../release/environment.ts";
import type { Thresholds } from "../../release/thresholds.ts";

/** What `greenlight status --json` prints. Whatever could not be read is null, with a reason. */
export interface Status {
  /** The live side is healthy and is what the settings ask for. */
  readonly ok: boolean;
  /** Name in Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  /** ISO time of the reading. */
  readonly readAt: string;
  /** `here` by this clone; `elsewhere` where only the proxy shows it; `no` as far as this machine shows. */
  readonly deployed: "here" | "elsewhere" | "no";
  /** Why it is not ok: a sentence each. */
  readonly reasons: readonly string[];
  /** Worth knowing, but no reason. */
  readonly notes: readonly string[];
  readonly serves: ServesStatus;
  /** What the stack file asks for; null where its settings are wrong. */
  readonly asked: { readonly environment: EnvironmentName; readonly version: string | null } | null;
  /** How what serves came to serve; null where the journal does not tell. */
  readonly since: { readonly at: string; readonly by: string; readonly why: string } | null;
  readonly environments: Readonly<Record<EnvironmentName, EnvironmentStatus>>;
  /** The instances that take users' traffic, asked now. */
  readonly health: HealthStatus | null;
  readonly alarms: { readonly armed: boolean; readonly thresholds: Thresholds | null };
  readonly underWay: UnderWay | null;
  readonly wayBack: WayBackStatus | null;
}

export interface ServesStatus {
  /** Address of the proxy that was asked; null where none is known. */
  readonly proxy: string | null;
  /** The one environment that takes all traffic; null while traffic is shared, or could not be read. */
  readonly environment: EnvironmentName | null;
  /** Versions of its living processes, joined by `+`; null where none is known. */
  readonly version: string | null;
  /** By service; null for a service without weights. Null as a whole where the proxy could not be read. */
  readonly weights: Readonly<Record<string, Weights | null>> | null;
}

export interface EnvironmentStatus {
  /** Of its living processes. */
  readonly versions: readonly string[];
  readonly alive: number;
  /** Processes that were started and not stopped since. */
  readonly recorded: number;
  /** Names of those that are recorded and dead. */
  readonly dead: readonly string[];
  /** Percent of users' traffic; null where unknown or not the same for all services. */
  readonly share: number | null;
  /** Users' requests since the proxy started; null where unknown. */
  readonly requests: number | null;
  /** Of those, the ones that failed. */
  readonly errors: number | null;
}

export interface HealthStatus {
  readonly healthy: number;
  readonly of: number;
  readonly answers: readonly {
    readonly service: string;
    readonly environment: EnvironmentName;
    readonly address: string;
    readonly good: boolean;
    readonly tookMs: number;
    readonly says: string;
  }[];
}

/** A command that changes the stack now, or a release that was cut off. */
export interface UnderWay {
  readonly what: string;
  readonly version: string | null;
  readonly phase: string | null;
  readonly by: string;
  readonly since: string;
  readonly pid: number;
  /** False for a release whose process is gone. */
  readonly running: boolean;
}

/** Where `greenlight rollback` would go. */
export interface WayBackStatus {
  readonly possible: boolean;
  readonly environment: EnvironmentName | null;
  readonly version: string | null;
  readonly health: { readonly healthy: number; readonly of: number } | null;
  /** Why not, or what is wrong with it. */
  readonly reason: string | null;
}
