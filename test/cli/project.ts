import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { nextLine } from "../../release/journal.ts";
import type { JournalRecord } from "../../release/journalRecord.ts";
import { hangsAfterMs } from "../patience.ts";

const main = fileURLToPath(new URL("../../cli/bin.mjs", import.meta.url));

/** What a run of the command left behind. */
export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a person's shell would, without a terminal and without anybody to answer. */
export async function greenlight(
  args: readonly string[],
  env: Record<string, string> = {},
  node: readonly string[] = [],
): Promise<Ran> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [...node, main, ...args], {
    reject: false,
    stdin: "ignore",
    timeout: hangsAfterMs,
    // What could colour the output where tests run must not be what keeps it plain.
    env: { FORCE_COLOR: "1", CI: "", NO_COLOR: undefined, GREENLIGHT_DEBUG: undefined, ...env },
  });
  return { exitCode, stdout, stderr };
}

export class Project {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), "greenlight-cli-")));

  constructor(stacks: Readonly<Record<string, string>> = { prod: settings() }) {
    this.write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    for (const [stack, text] of Object.entries(stacks)) this.write(`Pulumi.${stack}.yaml`, text);
  }

  write(path: string, text: string): string {
    const file = join(this.dir, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  run(...args: string[]): Promise<Ran> {
    return greenlight([...args, "--project", this.dir]);
  }

  /** As {@link run}, from the sources and with options for Node itself: a bundle has every library in files of its own. */
  runSources(node: readonly string[], ...args: string[]): Promise<Ran> {
    return greenlight([...args, "--project", this.dir], { GREENLIGHT_FROM_SOURCES: "1" }, node);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A stack file's text; `more` is added below `config`. */
export function settings({ ports = 26500, more = [] }: { ports?: number; more?: readonly string[] } = {}): string {
  const lines = [
    "live: blue",
    "blue: v1.0.0",
    "checklist: { level: none }",
    `ports: "${ports}"`,
    `services: { api: { port: ${ports + 50}, instances: 1 } }`,
    ...more,
  ];
  return `config:\n${lines.map((line) => `  shop:${line}\n`).join("")}`;
}

type Unstamped<T> = T extends unknown ? Omit<T, "id" | "at" | "by" | "pid"> : never;

/** A journal's text; records are a minute apart, by anna. */
export function journal(...entries: Unstamped<JournalRecord>[]): string {
  let last: string | undefined;
  return entries
    .map((entry, index) => {
      const at = new Date(Date.UTC(2026, 0, 5, 10, index)).toISOString();
      const line = nextLine({ id: `id-${index}`, at, by: "anna", pid: 1, ...entry } as JournalRecord, last);
      last = line.trimEnd();
      return line;
    })
    .join("");
}

/** v1.0.0 went live, v1.1.0 was released and rolled back, v1.2.0 was begun. */
export const eventful = [
  { type: "switch", version: "v1.0.0", to: "blue", toVersion: "v1.0.0" },
  { type: "release-started", version: "v1.1.0", manifestDigest: "d", live: "blue", liveVersion: "v1.0.0" },
  { type: "switch", version: "v1.1.0", to: "green", toVersion: "v1.1.0", fromVersion: "v1.0.0" },
  { type: "verdict", version: "v1.1.0", verdict: "no-go", sentence: "No-go after 38 s: error rate 4.9 %." },
  {
    type: "rollback",
    version: "v1.1.0",
    to: "blue",
    toVersion: "v1.0.0",
    fromVersion: "v1.1.0",
    reason: "error rate 4.9 %",
    database: "kept",
  },
  { type: "release-ended", version: "v1.1.0", outcome: "rolled-back", sentence: "No-go: error rate 4.9 %." },
  { type: "release-started", version: "v1.2.0", manifestDigest: "e", live: "blue", liveVersion: "v1.0.0" },
  { type: "phase-started", version: "v1.2.0", phase: "deploy" },
] satisfies Unstamped<JournalRecord>[];
