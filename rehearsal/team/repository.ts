import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Git } from "../../project/git.ts";
import { Problem } from "../../release/problem.ts";
import { type Places, stagingName } from "../project.ts";
import { interrupted } from "../releases.ts";
import { type CommitName, commitNames } from "./versions.ts";

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

/** The commit that brings a part of the shop's migrations and rollback scripts, by its path below `prisma`. */
function broughtBy(path: string): CommitName {
  if (path === "migrations-v1.0.0" || path === "schema.prisma") return "first";
  return interrupted.some((version) => path.includes(version)) ? "third" : "second";
}

const subjects: Readonly<Record<CommitName, string>> = {
  first: "The shop as it is first released",
  second: "Categories, gift notes, and the migrations for them",
  third: "Room for reviews of products",
};

/** What only the machine knows that makes it: state, reports, records of them, runbooks, and how far staging is. */
const ignored = [".greenlight/", "reports/", "*.evidence.jsonl", "*.runbook.md", `Pulumi.${stagingName}.yaml`];

/** What is released from one commit: the commit itself, and the one after it that brought the manifests and is checked out. */
export interface ReleasedFrom {
  readonly commit: string;
  readonly checkedOut: string;
}

/**
 * Makes the project's folder a repository as a team has it, with a bare `origin`: reviewed commits of code, each followed by one of
 * the manifests that name it.
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
   * @param versions of each commit; the newest first. Without any, the commit is not made
   * @param complete completes the manifests of a commit's versions, which are in the folder of releases
   */
  async make(
    versions: Readonly<Record<CommitName, readonly string[]>>,
    complete: (name: CommitName, commit: string) => void,
  ): Promise<Partial<Record<CommitName, ReleasedFrom>>> {
    const { project } = this.#places;
    const names = commitNames.filter((name) => versions[name].length > 0);
    rmSync(this.#origin, { recursive: true, force: true });
    await this.#begin();
    this.#write(".gitignore", `${ignored.join("\n")}\n`);
    this.#write(".github/CODEOWNERS", codeOwners);
    this.#write("biome.json", '{ "root": true, "linter": { "rules": { "preset": "none" } } }\n');
    const shop = join(project, "shop");
    const aside = join(project, ".greenlight", "later");
    const parts = [...partsIn(shop, "prisma", ["rollback"]), ...partsIn(shop, "prisma/rollback", [])].map((path) => ({
      path,
      commit: broughtBy(relative("prisma", path)),
    }));
    const manifests = commitNames.flatMap((commit) =>
      versions[commit].map((version) => ({ path: `releases/${version}.yaml`, commit })),
    );
    const move = (path: string, from: string, to: string) => {
      mkdirSync(dirname(join(to, path)), { recursive: true });
      renameSync(join(from, path), join(to, path));
    };
    for (const path of [...partsIn(shop, "releases", []), ...parts.map((it) => it.path)]) move(path, shop, aside);
    const made: [CommitName, ReleasedFrom][] = [];
    for (const [index, name] of names.entries()) {
      const own = (it: { readonly commit: CommitName }) => it.commit === name;
      for (const { path } of parts.filter(own)) move(path, aside, shop);
      const until = names.slice(0, index + 1).toReversed();
      this.#write("shop/CHANGELOG.md", changelog(until.flatMap((it) => versions[it])));
      const commit = await this.#commit(subjects[name]);
      for (const { path } of manifests.filter(own)) move(path, aside, shop);
      complete(name, commit);
      const subject = `Manifests of what is released from ${commit.slice(0, 12)}`;
      made.push([name, { commit, checkedOut: await this.#commit(subject) }]);
    }
    rmSync(aside, { recursive: true, force: true });
    return Object.fromEntries(made);
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

/** Paths of what is in a folder, relative to the base. */
function partsIn(base: string, folder: string, except: readonly string[]): string[] {
  return readdirSync(join(base, folder))
    .filter((name) => !except.includes(name))
    .map((name) => `${folder}/${name}`);
}
