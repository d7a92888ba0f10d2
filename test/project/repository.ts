import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Git } from "../../project/git.ts";

/** A real repository in a folder of its own, with a bare one as its `origin` where it is asked for. */
export class Repository {
  readonly folder: string;
  readonly origin: string;
  readonly git: Git;
  readonly #home: string;

  constructor(origin: "with origin" | "alone" = "with origin") {
    this.#home = mkdtempSync(join(tmpdir(), "greenlight-git-"));
    this.folder = join(this.#home, "work");
    this.origin = join(this.#home, "origin.git");
    mkdirSync(this.folder);
    this.run("init", "--quiet", "--initial-branch=main");
    appendFileSync(
      join(this.folder, ".git", "config"),
      "[user]\n\tname = Ann\n\temail = ann@example.invalid\n[commit]\n\tgpgsign = false\n[tag]\n\tgpgsign = false\n",
    );
    this.git = new Git(this.folder);
    if (origin === "alone") return;
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", this.origin]);
    this.run("remote", "add", "origin", this.origin);
  }

  /** What git prints in the working folder. @throws when it fails */
  run(...args: readonly string[]): string {
    return execFileSync("git", args, { cwd: this.folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Writes a file and commits everything. Says the commit. */
  commit(path: string, text = path): string {
    this.write(path, text);
    this.run("add", "--all");
    this.run("commit", "--quiet", "--message", `Change ${path}`);
    return this.run("rev-parse", "HEAD");
  }

  /** Makes `origin` refuse every push from now on. */
  refusePushes(): void {
    writeFileSync(join(this.origin, "hooks", "pre-receive"), "#!/bin/sh\necho tags are protected >&2\nexit 1\n", {
      mode: 0o755,
    });
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
