import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openContext } from "../../cli/context.ts";
import type { Settings } from "../../config.ts";
import { checklistOf } from "../../project/checklist/checklistOf.ts";
import { Git } from "../../project/git.ts";
import { migrationDigests } from "../../project/migrations/migrationDigests.ts";
import { releaseMigrations } from "../../project/migrations/releaseMigrations.ts";
import { readManifest } from "../../project/readManifest.ts";
import { writeRunbookFile } from "../../project/runbookFile.ts";
import type { ChecklistFacts } from "../../release/checklist/facts.ts";
import type { ItemId } from "../../release/checklist/item.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { type ChecklistVerdict, judgeChecklist } from "../../release/checklist/judge.ts";
import { nextLine } from "../../release/journal.ts";
import type { JournalRecord } from "../../release/journalRecord.ts";
import { ago, evidenceFiles, inAnHour, journalOf, manifestLines, projectFiles, version } from "./readyFiles.ts";

const stack = "prod";

/** What is said of a file when it is recorded. */
export interface Recorded {
  readonly commit?: string;
  readonly at?: string;
  readonly sha256?: string;
  readonly file?: string;
}

/**
 * A release for which every item of the checklist passes, in a real repository with a real `origin`: manifest, evidence with its
 * records, journal, tag, runbook. Attempts change it, and are judged by what is really there.
 */
export class ReadyRelease {
  readonly #home: string;
  readonly folder: string;
  /** The commit that is released. */
  readonly commit: string;

  private constructor(home: string, commit: string) {
    this.#home = home;
    this.folder = join(home, "work");
    this.commit = commit;
  }

  static async make(): Promise<ReadyRelease> {
    const home = mkdtempSync(join(tmpdir(), "greenlight-gate-"));
    const folder = join(home, "work");
    mkdirSync(folder);
    // Evidence is never older than the commit that it speaks of.
    const env = { ...process.env, GIT_AUTHOR_DATE: ago(300), GIT_COMMITTER_DATE: ago(300) };
    const git = (...args: readonly string[]) =>
      execFileSync("git", args, { cwd: folder, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
    git("init", "--quiet", "--initial-branch=main", "--template=");
    execFileSync("git", [
      "init",
      "--quiet",
      "--bare",
      "--initial-branch=main",
      "--template=",
      join(home, "origin.git"),
    ]);
    appendFileSync(
      join(folder, ".git", "config"),
      "[user]\n\tname = Ann\n\temail = ann@example.invalid\n[commit]\n\tgpgsign = false\n[tag]\n\tgpgsign = false\n",
    );
    git("remote", "add", "origin", "../origin.git");
    const [before, released] = projectFiles();
    const commit = (files: Readonly<Record<string, string>>, message: string) => {
      for (const [path, text] of Object.entries(files)) writeIn(folder, path, text);
      git("add", "--all");
      git("commit", "--quiet", "--author=Emil <emil@example.invalid>", "--message", message);
      return git("rev-parse", "HEAD");
    };
    const base = commit(before, "The release before");
    git("tag", "--annotate", "v1.2.2", "--message", "Release 1.2.2");
    const own = commit(released, "Coupons");
    commit({ [`releases/${version}.yaml`]: manifestLines(own).join("\n") }, "Manifest of v1.2.3");
    git("tag", "--annotate", version, "--message", "Release 1.2.3", own);
    git("push", "--quiet", "--set-upstream", "origin", "main", "v1.2.2", version);
    const release = new ReadyRelease(home, own);
    release.journal(journalOf());
    const { digest, digests } = await release.#digests();
    for (const [name, { items, content }] of Object.entries(evidenceFiles({ base, commit: own, digest, digests }))) {
      release.write(`evidence/${name}`, content);
      for (const item of items) release.record(item, name);
    }
    release.runbook();
    return release;
  }

  /** Another one like it, to be changed. */
  copy(): ReadyRelease {
    const home = mkdtempSync(join(tmpdir(), "greenlight-gate-"));
    cpSync(this.#home, home, { recursive: true });
    return new ReadyRelease(home, this.commit);
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  run(...args: readonly string[]): string {
    return execFileSync("git", args, { cwd: this.folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  }

  at(path: string): string {
    return join(this.folder, path);
  }

  /** A folder beside the repository, where nothing of it belongs. */
  outside(name: string, content: string): string {
    return writeIn(this.#home, join("outside", name), content);
  }

  read(path: string): string {
    return readFileSync(this.at(path), "utf8");
  }

  write(path: string, content: string | Buffer): void {
    writeIn(this.folder, path, content);
  }

  edit(path: string, change: (text: string) => string): void {
    const before = this.read(path);
    const after = change(before);
    if (after === before) throw new Error(`nothing was changed in ${path}`);
    this.write(path, after);
  }

  /** Changes the manifest as a person would. */
  manifest(change: (text: string) => string): void {
    this.edit(`releases/${version}.yaml`, change);
  }

  get records(): string {
    return `releases/${version}.evidence.jsonl`;
  }

  /** Says of a file in `evidence/`, as it is now, what `greenlight evidence add` would. */
  record(item: string, name: string, over: Recorded = {}): void {
    const sha256 = createHash("sha256")
      .update(readFileSync(this.at(`evidence/${name}`)))
      .digest("hex");
    const record = { item, file: `evidence/${name}`, sha256, commit: this.commit, at: ago(30), by: "ci", ...over };
    appendFileSync(this.at(this.records), `${JSON.stringify(record)}\n`);
  }

  /** Evidence in another file's place, recorded as what it is said to be. */
  evidence(item: string, name: string, content: string | Buffer | object, over: Recorded = {}): void {
    const plain = typeof content === "string" || Buffer.isBuffer(content);
    this.write(`evidence/${name}`, plain ? content : JSON.stringify(content));
    this.record(item, name, over);
  }

  /** The journal anew, as whoever can compute its digests would write it. */
  journal(records: readonly JournalRecord[]): void {
    let last: string | undefined;
    const lines = records.map((it) => {
      const line = nextLine(it, last);
      last = line.trimEnd();
      return line;
    });
    this.write(`.greenlight/journals/${stack}.jsonl`, lines.join(""));
  }

  runbook(): void {
    const project = this.folder;
    writeRunbookFile({ project, stack, settings: this.settings, manifest: this.#manifest() });
  }

  get settings(): Settings {
    return openContext({ project: this.folder, stack, json: false, yes: true }).settings();
  }

  /** What its checklist is judged by now, as command and update gather it. */
  facts(phase: ChecklistFacts["phase"] = "day"): Promise<ChecklistFacts> {
    const { signal } = new AbortController();
    return checklistOf({ project: this.folder, stack, settings: this.settings, version, phase, signal });
  }

  async verdict(now?: Date): Promise<ChecklistVerdict> {
    const facts = await this.facts();
    return judgeChecklist(checklistItems, facts, now ?? new Date());
  }

  #manifest() {
    return readManifest(this.folder, "releases", version);
  }

  async #digests() {
    const manifest = this.#manifest();
    const project = this.folder;
    const git = new Git(project);
    const found = await releaseMigrations({
      project,
      settings: this.settings,
      manifest,
      journal: [],
      git,
      platform: { live: async () => [] },
    });
    if (found === undefined) throw new Error("the release has migrations");
    return { digest: manifest.digest, digests: migrationDigests(found) };
  }
}

/** What is said of each item that fails, by id; empty when the release may be. */
export function refusals(verdict: ChecklistVerdict): ReadonlyMap<ItemId, string> {
  return new Map(
    verdict.items
      .filter((it) => it.verdict === "fail" && it.override === undefined)
      .map(({ id, reason }) => [id, reason]),
  );
}

export { ago, inAnHour, version };

function writeIn(folder: string, path: string, content: string | Buffer): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
