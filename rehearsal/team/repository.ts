import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Git } from "../../project/git.ts";
import { Problem } from "../../release/problem.ts";
import type { Places } from "../project.ts";
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

/**
 * Makes the project's folder a repository as a team has it, with a bare `origin`: two reviewed commits of code. The folder is as the
 * second commit has it afterwards.
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

  /** @param versions of each commit, for the changelog; the newest first */
  async make(versions: Readonly<Record<CommitName, readonly string[]>>): Promise<Record<CommitName, string>> {
    const { project } = this.#places;
    rmSync(this.#origin, { recursive: true, force: true });
    await this.#begin();
    this.#write(".gitignore", ".greenlight/\nreports/\n");
    this.#write(".github/CODEOWNERS", codeOwners);
    this.#write("biome.json", '{ "root": true, "linter": { "rules": { "preset": "none" } } }\n');
    const prisma = join(project, "shop", "prisma");
    const aside = join(project, ".greenlight", "later");
    mkdirSync(aside, { recursive: true });
    const releases = join(project, "shop", "releases");
    renameSync(releases, join(aside, "releases"));
    const moved = readdirSync(prisma).filter(later);
    for (const name of moved) renameSync(join(prisma, name), join(aside, name));
    this.#write("shop/CHANGELOG.md", changelog(versions.first));
    const first = await this.commit("The shop as it is first released");
    for (const name of moved) renameSync(join(aside, name), join(prisma, name));
    this.#write("shop/CHANGELOG.md", changelog([...versions.second, ...versions.first]));
    const second = await this.commit("Categories, gift notes, and the migrations for them");
    cpSync(join(aside, "releases"), releases, { recursive: true });
    rmSync(aside, { recursive: true, force: true });
    return { first, second };
  }

  /** Commits everything, reviewed, and pushes it. Says the commit. */
  async commit(subject: string): Promise<string> {
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
