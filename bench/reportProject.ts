import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { repository } from "../rehearsal/project.ts";
import { Problem } from "../release/problem.ts";
import { reports } from "./reports/reports.ts";

const version = "v1.2.3";
const stack = "prod";
const verdictShape = z.object({
  items: z.array(z.object({ id: z.string(), verdict: z.string(), reason: z.string() })),
});

/** A project of its own, in a repository of its own, whose release rests on large reports; nothing of it is ever deployed. */
export class ReportProject {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  /** Size of all reports together. */
  readonly bytes: number;
  readonly files: number;
  readonly #items: ReadonlySet<string>;

  private constructor(folder: string, signal: AbortSignal, made: ReturnType<typeof reports>) {
    this.#folder = folder;
    this.#signal = signal;
    this.bytes = made.reduce((sum, { file }) => sum + statSync(join(folder, "reports", file)).size, 0);
    this.files = made.length;
    this.#items = new Set(made.map(({ item }) => item));
  }

  /** @param share of the 50 MB */
  static async open(home: string, share: number, signal: AbortSignal): Promise<ReportProject> {
    const folder = join(home, "reports");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "releases"), { recursive: true });
    mkdirSync(join(folder, "reports"));
    const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
    write("Pulumi.yaml", "name: greenlight\nruntime: nodejs\n");
    write(
      `Pulumi.${stack}.yaml`,
      "config:\n  greenlight:live: blue\n  greenlight:services: { api: { port: 8080 } }\n  greenlight:calendar: { zone: UTC }\n",
    );
    write(".gitignore", "reports/\n.greenlight/\nreleases/*.jsonl\n");
    git("init", "--quiet", "--initial-branch=main");
    appendFileSync(
      join(folder, ".git", "config"),
      "[user]\n\tname = author\n\temail = author@example.invalid\n[commit]\n\tgpgsign = false\n",
    );
    git("add", "--all");
    git("commit", "--quiet", "--message", "A shop");
    const commit = git("rev-parse", "HEAD");
    const made = reports(share, new Date());
    for (const { file, text } of made) write(join("reports", file), text);
    write(`releases/${version}.yaml`, manifest(commit, made));
    git("add", "--all");
    git("commit", "--quiet", "--message", `Release ${version}`);
    const project = new ReportProject(folder, signal, made);
    for (const item of project.#items) {
      const files = made.filter((it) => it.item === item).map(({ file }) => join(folder, "reports", file));
      const ended = await project.#greenlight("evidence", "add", version, item, ...files, "--commit", commit);
      if (ended.exitCode !== 0)
        throw new Problem({ happened: `Evidence of ${item} was not recorded: ${ended.stderr}` });
    }
    return project;
  }

  /** `greenlight check` as a whole process; its duration in milliseconds. @throws Problem when a report was not taken */
  async check(): Promise<number> {
    const began = performance.now();
    const ended = await this.#greenlight("check", version);
    const tookMs = performance.now() - began;
    const { items } = verdictShape.parse(JSON.parse(ended.stdout));
    const refused = items.filter((it) => this.#items.has(it.id) && it.verdict !== "pass");
    if (refused.length > 0) {
      throw new Problem({
        happened: `The reports were not taken, so their reading says nothing: ${refused.map((it) => `${it.id}: ${it.reason}`).join("; ")}`,
      });
    }
    return tookMs;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #greenlight(...args: string[]) {
    return execa(
      process.execPath,
      [join(repository, "cli", "bin.mjs"), ...args, "--project", this.#folder, "--stack", stack, "--json"],
      { stdin: "ignore", reject: false, cancelSignal: this.#signal, timeout: 60_000, maxBuffer: 16 * 1024 * 1024 },
    );
  }
}

function manifest(commit: string, made: ReturnType<typeof reports>): string {
  const items = [...new Set(made.map(({ item }) => item))];
  const files = (item: string) => made.filter((it) => it.item === item).map(({ file }) => `../reports/${file}`);
  return [
    `version: ${version}`,
    `commit: ${commit}`,
    "features: [a basket that keeps its goods]",
    "services: { api: { directory: .., command: [node, server.js] } }",
    "smoke: { directory: .., command: [npm, run, smoke] }",
    "evidence:",
    ...items.map(
      (item) =>
        `  ${item}: { files: [${files(item).join(", ")}]${item === "tests/performance" ? ", targets: { p95: 300ms }" : ""} }`,
    ),
    "",
  ].join("\n");
}
