import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { Problem } from "../release/problem.ts";
import { reports } from "./reports/reports.ts";
import { goodVersions, type Stand } from "./stand.ts";

/** The version that is got ready: what {@link goodVersions} has for green, under a name of its own. */
const version = "v1.4.0";

const checked = z.object({ items: z.array(z.object({ id: z.string(), verdict: z.string(), reason: z.string() })) });

/**
 * Gets a release ready beside what serves, on a stack whose checklist is mandatory: a repository of its own, reports as evidence, and
 * overrides by two people for what only a real team has (reviews, staging, who is on call). Its preview is green, nothing is deployed.
 */
export class PreparedRelease {
  readonly #stand: Stand;
  readonly #project: string;
  readonly #before: Readonly<Record<string, string | undefined>>;
  /** How many items are judged by what was found, and how many are set aside. */
  readonly judged: number;
  readonly setAside: number;

  private constructor(stand: Stand, before: Readonly<Record<string, string | undefined>>, found: readonly string[]) {
    this.#stand = stand;
    this.#project = stand.stage.places.project;
    this.#before = before;
    this.judged = found.filter((verdict) => verdict !== "fail").length;
    this.setAside = found.length - this.judged;
  }

  static async open(stand: Stand): Promise<PreparedRelease> {
    const { places, context } = stand.stage;
    const { project } = places;
    const before = Object.fromEntries(
      ["greenlight:green", "greenlight:checklist", "greenlight:calendar"].map((key) => [
        key,
        context.stackFile.text(key),
      ]),
    );
    const git = (...args: string[]) =>
      execFileSync("git", args, { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
    writeFileSync(join(project, ".gitignore"), ".greenlight/\nnode_modules/\nshop/reports/\n*.jsonl\n");
    git("init", "--quiet", "--initial-branch=main");
    appendFileSync(
      join(project, ".git", "config"),
      "[user]\n\tname = author\n\temail = author@example.invalid\n[commit]\n\tgpgsign = false\n",
    );
    git("add", "--all");
    git("commit", "--quiet", "--message", "The shop");
    const commit = git("rev-parse", "HEAD");

    const releases = join(project, "shop", "releases");
    const folder = join(project, "shop", "reports");
    mkdirSync(folder, { recursive: true });
    const made = reports(0, new Date());
    for (const { file, text } of made) writeFileSync(join(folder, file), text);
    const manifest = parseDocument(readFileSync(join(releases, `${goodVersions.green}.yaml`), "utf8"));
    manifest.set("version", version);
    manifest.set("commit", commit);
    const items = [...new Set(made.map(({ item }) => item))];
    for (const item of items) {
      const files = made.filter((it) => it.item === item).map(({ file }) => `../reports/${file}`);
      manifest.setIn(["evidence", item], {
        files,
        ...(item === "tests/performance" ? { targets: { p95: "300ms" } } : {}),
      });
    }
    const write = () => writeFileSync(join(releases, `${version}.yaml`), manifest.toString({ lineWidth: 0 }));
    write();
    for (const item of items) {
      const files = made.filter((it) => it.item === item).map(({ file }) => join(folder, file));
      await stand.must("evidence", "add", version, item, ...files, "--commit", commit);
    }
    context.stackFile.set({
      "greenlight:green": version,
      "greenlight:checklist": JSON.stringify({ level: "mandatory", leastWatch: "1s" }),
      "greenlight:calendar": JSON.stringify({ zone: "UTC" }),
    });
    const found = await check(stand);
    const now = Date.now();
    manifest.set(
      "overrides",
      found
        .filter((it) => it.verdict === "fail" && !it.id.startsWith("tests/"))
        .map(({ id }) => ({
          item: id,
          by: "author",
          approvedBy: "reviewer",
          approvedAt: new Date(now - 60_000).toISOString(),
          until: new Date(now + 12 * 3_600_000).toISOString(),
          reason: "only previewed, by the benchmark",
        })),
    );
    write();
    return new PreparedRelease(
      stand,
      before,
      found.map(({ verdict }) => verdict),
    );
  }

  /** `pulumi preview`; its duration in milliseconds. @throws Problem when it is refused: then it was cut short */
  async preview(...args: readonly string[]): Promise<number> {
    const began = performance.now();
    const ended = await this.#stand.stage.pulumi("preview", ...args);
    const tookMs = performance.now() - began;
    if (ended.exitCode !== 0) {
      throw new Problem({
        happened: "The preview of a release that is ready was refused, so its duration says nothing.",
        where: [...ended.told.slice(-20), ended.stdout.slice(-4_000)].join("\n"),
      });
    }
    return tookMs;
  }

  /** The stack is as it was before. */
  close(): void {
    this.#stand.stage.context.stackFile.set(this.#before);
    for (const path of [
      ".git",
      ".gitignore",
      "shop/reports",
      `shop/releases/${version}.yaml`,
      `shop/releases/${version}.evidence.jsonl`,
    ]) {
      rmSync(join(this.#project, path), { recursive: true, force: true });
    }
  }
}

/** What the checklist says; `greenlight check` ends with 3 while an item fails. */
async function check(stand: Stand) {
  const ended = await stand.stage.greenlight("check", version);
  const { items } = checked.parse(ended.json);
  const unread = items.filter((it) => it.id.startsWith("tests/") && it.verdict !== "pass");
  if (unread.length === 0) return items;
  throw new Problem({
    happened: `The evidence of the release was not taken: ${unread.map((it) => `${it.id}: ${it.reason}`).join("; ")}`,
  });
}
