import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Git } from "../../project/git.ts";
import { Problem } from "../../release/problem.ts";
import { type Places, stagingName } from "../project.ts";
import type { CommitName } from "./versions.ts";

/** Who has part in the rehearsal's releases. Roles, not people. */
export const roles = {
  author: { name: "Author", address: "author@shop.invalid" },
  reviewer: { name: "Reviewer", address: "reviewer@shop.invalid" },
  security: { name: "Security", address: "security@shop.invalid" },
  onCall: { name: "On-call engineer", address: "on-call@shop.invalid" },
} as const;

const reviewedBy = `Reviewed-by: ${roles.reviewer.name} <${roles.reviewer.address}>`;

const codeOwners = `# Who approves what.
/shop/prisma/ ${roles.reviewer.address}

[Security]
/shop/api/ ${roles.security.address}
/shop/service/ ${roles.security.address}
/shop/web/ ${roles.security.address}
`;

const changelog = (versions: readonly string[]) =>
  `# Changelog\n\n${versions.map((it) => `## ${it}\n\n- What releases/${it}.yaml names.\n`).join("\n")}`;

/** What is in the second commit only: it belongs to versions after the first. */
const later = (name: string) => name !== "migrations-v1.0.0" && name !== "schema.prisma";

/** What only the machine knows that makes it: state, reports, records of them, runbooks, and how far staging is. */
const ignored = [".greenlight/", "reports/", "*.evidence.jsonl", "*.runbook.md", `Pulumi.${stagingName}.yaml`];

/** What is released from one commit: the commit itself, and the one after it that brought the manifests and is checked out. */
export interface ReleasedFrom {
  readonly commit: string;
  readonly checkedOut: string;
}

/**
 * Makes the project's folder a repository as a team has it, with a bare `origin`: twice a reviewed commit of code, and one of manifests
 * that name it.
 */
export class TeamRepository {
  readonly git: Git;
  readonly #places: Places;
  readonly #origin: string;

  constructor(places: Places, signal: AbortSignal) {
    this.#places = places;
    this.#origin = join(places.home, "origin.git");
    this.git = new Git(places.project, signal);
  }

  /**
   * @param versions of each commit; the newest first
   * @param complete completes the manifests of a commit's versions, which are in the folder of releases
   */
  async make(
    versions: Readonly<Record<CommitName, readonly string[]>>,
    complete: (name: CommitName, commit: string) => void,
  ): Promise<Record<CommitName, ReleasedFrom>> {
    const { project } = this.#places;
    rmSync(this.#origin, { recursive: true, force: true });
    await this.#begin();
    this.#write(".gitignore", `${ignored.join("\n")}\n`);
    this.#write(".github/CODEOWNERS", codeOwners);
    this.#write("biome.json", '{ "root": true, "linter": { "rules": { "preset": "none" } } }\n');
    const prisma = join(project, "shop", "prisma");
    const releases = join(project, "shop", "releases");
    const aside = join(project, ".greenlight", "later");
    mkdirSync(aside, { recursive: true });
    const manifests = readdirSync(releases).map((file) => ({ from: releases, to: aside, file }));
    const code = readdirSync(prisma)
      .filter(later)
      .map((file) => ({ from: prisma, to: aside, file }));
    for (const { from, to, file } of [...manifests, ...code]) renameSync(join(from, file), join(to, file));
    const release = async (name: CommitName, subject: string): Promise<ReleasedFrom> => {
      const commit = await this.#commit(subject);
      const own = new Set(versions[name].map((version) => `${version}.yaml`));
      for (const { from, to, file } of manifests.filter((it) => own.has(it.file))) {
        renameSync(join(to, file), join(from, file));
      }
      complete(name, commit);
      return { commit, checkedOut: await this.#commit(`Manifests of what is released from ${commit.slice(0, 12)}`) };
    };
    this.#write("shop/CHANGELOG.md", changelog(versions.first));
    const first = await release("first", "The shop as it is first released");
    for (const { from, to, file } of code) renameSync(join(to, file), join(from, file));
    this.#write("shop/CHANGELOG.md", changelog([...versions.second, ...versions.first]));
    const second = await release("second", "Categories, gift notes, and the migrations for them");
    rmSync(aside, { recursive: true, force: true });
    return { first, second };
  }

  /** The folder as it is when a version of that commit is released. */
  async checkOut({ checkedOut }: ReleasedFrom): Promise<void> {
    await this.git.change("checkout", "--quiet", "--detach", checkedOut);
  }

  /** Commits everything, reviewed, and pushes it. Says the commit. */
  async #commit(subject: string): Promise<string> {
    await this.git.change("add", "--all");
    await this.git.change("commit", "--quiet", `--message=${subject}\n\n${reviewedBy}`);
    await this.git.change("push", "--quiet", "origin", "main");
    const commit = await this.git.ask("rev-parse", "HEAD");
    if (commit === undefined)
      throw new Problem({ happened: "git does not tell what was committed.", where: this.#places.project });
    return commit;
  }

  async #begin(): Promise<void> {
    const set = async (key: string, value: string) => this.git.change("config", key, value);
    try {
      await this.git.change("init", "--quiet", "--initial-branch=main");
    } catch (cause) {
      throw new Problem({
        happened: "git could not make a repository for the rehearsal.",
        where: this.#places.project,
        untouched: "Nothing was deployed.",
        next: "install git 2.28 or newer",
        cause,
      });
    }
    await set("user.name", roles.author.name);
    await set("user.email", roles.author.address);
    // Whatever the person's own configuration asks of a commit is not meant for these.
    await set("commit.gpgSign", "false");
    await set("tag.gpgSign", "false");
    await set("core.hooksPath", "/dev/null");
    await this.git.change("init", "--quiet", "--bare", "--initial-branch=main", this.#origin);
    await this.git.change("remote", "add", "origin", this.#origin);
  }

  #write(path: string, text: string): void {
    const file = join(this.#places.project, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }
}
