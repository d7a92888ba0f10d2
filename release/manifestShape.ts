/** Environment variables of a process; values are text exactly as written. */
export type EnvironmentVariables = Readonly<Record<string, string>>;

/** One service of a release. It has a command (local platform), an image (the others), or both. */
export interface Service {
  /** Relative to the manifest; `.` when left out. */
  readonly directory: string;
  readonly command?: readonly string[] | undefined;
  /** `registry/name@sha256:…`, never a bare tag. */
  readonly image?: string | undefined;
  readonly env: EnvironmentVariables;
}

/** Read back after a migration: the first column of the only row must be this text. */
export interface VerifyQuery {
  readonly sql: string;
  readonly expect: string;
}

/** How a release changes the database. */
export type DatabasePlan =
  | { readonly tool: "none" }
  | {
      readonly tool: "prisma";
      /** Folder of the Prisma project, relative to the manifest. */
      readonly directory: string;
      /** schema.prisma, relative to the manifest. */
      readonly schema?: string | undefined;
      /** The team's own CLI call instead of `npx prisma migrate deploy`. */
      readonly command?: readonly string[] | undefined;
      readonly verify?: VerifyQuery | undefined;
      /** SQL script that undoes the migration, relative to the manifest. */
      readonly rollback?: string | undefined;
    }
  | {
      readonly tool: "sql";
      /** Folder of `*.sql` files, applied in order of name. */
      readonly directory: string;
      readonly verify?: VerifyQuery | undefined;
      readonly rollback?: string | undefined;
    }
  | {
      readonly tool: "command";
      readonly directory: string;
      readonly command: readonly string[];
      /** Required: a command's exit code alone proves nothing. */
      readonly verify: VerifyQuery;
      readonly rollback?: string | undefined;
    };

/** The team's own smoke test, run against one environment's own address. */
export interface SmokeTest {
  readonly directory: string;
  readonly command: readonly string[];
  /** Milliseconds; 60 s when left out. */
  readonly timeout: number;
  readonly env: EnvironmentVariables;
}

/** What `releases/<version>.yaml` says, checked, with defaults filled in. */
export interface Manifest {
  readonly version: string;
  /** 40 hex digits. */
  readonly commit?: string | undefined;
  readonly features: readonly string[];
  readonly services: Readonly<Record<string, Service>>;
  readonly database: DatabasePlan;
  readonly smoke: SmokeTest;
}
