import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { gatherers } from "../../../project/checklist/gatherers.ts";
import { gatherFacts } from "../../../project/checklist/gatherFacts.ts";
import { itemNamed } from "../../../release/checklist/items/named.ts";
import { type ItemVerdict, judgeChecklist } from "../../../release/checklist/judge.ts";
import type { JournalRecord } from "../../../release/journalRecord.ts";
import { Repository } from "../../project/repository.ts";
import { gatheringIn, manifestText, version } from "../day/gathering.ts";

export interface ChangeOptions {
  /** `Name <address>`; Ann commits whatever others wrote. */
  readonly author?: string;
  readonly message?: string;
}

/** A real repository whose v1.2.2 is tagged, and the release after it. */
export class Release {
  readonly repository = new Repository("alone");
  readonly #folder: string;

  /** @param files of v1.2.2, by path from the repository's root */
  constructor(files: Readonly<Record<string, string>> = {}, folder = "") {
    onTestFinished(() => this.repository.remove());
    this.#folder = folder;
    for (const [path, text] of Object.entries(files)) this.repository.write(path, text);
    this.change("server.js");
    this.repository.run("tag", "-a", "v1.2.2", "-m", "Release 1.2.2");
  }

  get head(): string {
    return this.repository.run("rev-parse", "HEAD");
  }

  /** Commits a file that was changed, or only what lies about with `""`. Says the commit. */
  change(
    path: string,
    { author = "Ann <ann@example.invalid>", message = `Change ${path}` }: ChangeOptions = {},
  ): string {
    if (path !== "") this.repository.write(path, `${path} ${Math.random()}\n`);
    this.repository.run("add", "--all");
    this.repository.run("commit", "--quiet", `--author=${author}`, "--message", message);
    return this.head;
  }

  /** Records evidence, lying in the project's folder, for the commit that the manifest names. */
  evidence(item: string, name: string, content: unknown, commit = this.head): void {
    const file = join(this.#folder, "evidence", name);
    this.repository.write(file, typeof content === "string" ? content : JSON.stringify(content));
    const sha256 = createHash("sha256")
      .update(readFileSync(join(this.repository.folder, file)))
      .digest("hex");
    const record = { item, file: `evidence/${name}`, sha256, commit, at: new Date().toISOString(), by: "ci" };
    this.repository.write(join(this.#folder, "releases", "x"), "");
    const records = join(this.repository.folder, this.#folder, "releases", `${version}.evidence.jsonl`);
    appendFileSync(records, `${JSON.stringify(record)}\n`);
  }

  /** Gathers and judges one item; the manifest names the newest commit unless it is said. */
  async judged(
    id: string,
    lines: readonly string[] = [],
    { commit = this.head, journal = [] }: { commit?: string | null; journal?: readonly JournalRecord[] } = {},
  ): Promise<ItemVerdict> {
    const own = commit === null ? [] : [`commit: ${commit}`];
    this.repository.write(join(this.#folder, "releases", `${version}.yaml`), manifestText(...own, ...lines));
    const gather = gatherers[id];
    if (gather === undefined) throw new Error(`nobody gathers ${id}`);
    const gathering = gatheringIn(this.repository, { folder: this.#folder, journal });
    const facts = await gatherFacts(gathering, { [id]: gather }, "day");
    const [verdict] = judgeChecklist([itemNamed(id)], facts, gathering.now).items;
    if (verdict === undefined) throw new Error("nothing was judged");
    return verdict;
  }
}

/** Reviews of a pull request from v1.2.2 to a commit, approved by berta unless it is said. */
export function pullRequest(
  release: Release,
  over: { head?: string; by?: string; commit?: string; base?: string } = {},
) {
  const head = over.head ?? release.head;
  const base = over.base ?? release.repository.run("rev-parse", "v1.2.2^{commit}");
  return {
    pull: { number: 7, state: "open", draft: false, user: { login: "ann" }, head: { sha: head }, base: { sha: base } },
    reviews: [
      {
        user: { login: over.by ?? "berta", type: "User" },
        state: "APPROVED",
        commit_id: over.commit ?? head,
        submitted_at: new Date().toISOString(),
        author_association: "MEMBER",
      },
    ],
  };
}

export const named = (item: string, name: string): string => `evidence: { ${item}: { files: [../evidence/${name}] } }`;
