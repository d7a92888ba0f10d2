import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { Problem } from "../../release/problem.ts";
import { repository } from "../project.ts";
import { reportsOf, testReports } from "./manifests.ts";
import type { CommitName } from "./versions.ts";

const longestMs = 60_000;

/** What the tests run against. */
export interface Tested {
  readonly project: string;
  readonly commit: CommitName;
  readonly addresses: Readonly<Record<"api" | "web", string>>;
  readonly quick: boolean;
  readonly signal: AbortSignal;
}

/** Runs the shop's own tests, a load test and a linter's rules on security, each by its own tool, and keeps what they wrote. */
export async function writeTestReports(it: Tested): Promise<void> {
  const folder = join(it.project, reportsOf(it.commit));
  mkdirSync(folder, { recursive: true });
  const shop = join(it.project, "shop");
  const report = (item: keyof typeof testReports) => join(folder, testReports[item]);
  const tests = ["unit", "integration", "e2e"] as const;
  await Promise.all(
    tests.map((name) => {
      const reporter = ["--test-reporter=junit", `--test-reporter-destination=${report(`tests/${name}`)}`];
      return run(it, shop, process.execPath, ["--test", ...reporter, `test/${name}.test.mjs`]);
    }),
  );
  const module = (path: string) => join(repository, "node_modules", path);
  const amount = it.quick ? "1000" : "2000";
  const load = ["--json", "--no-progress", "--connections", "10", "--amount", amount, `${it.addresses.api}/products`];
  const loaded = await run(it, shop, process.execPath, [module("autocannon/autocannon.js"), ...load]);
  writeFileSync(report("tests/performance"), loaded);
  const lint = ["lint", "--only=security", "--reporter=sarif", `--reporter-file=${report("tests/security")}`, "shop"];
  await run(it, it.project, process.execPath, [module("@biomejs/biome/bin/biome"), ...lint]);
}

/** What the tool printed. @throws Problem when it failed, with its last words */
async function run(it: Tested, cwd: string, file: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await execa(file, args, {
    cwd,
    env: { API_URL: it.addresses.api, WEB_URL: it.addresses.web, NO_COLOR: "1" },
    stdin: "ignore",
    reject: false,
    timeout: longestMs,
    cancelSignal: it.signal,
  });
  if (exitCode === 0) return stdout;
  const words = `${stderr}\n${stdout}`.trim().split("\n").slice(-3).join(" ");
  throw new Problem({
    happened: `A test of the shop ended with ${exitCode ?? "a signal"}: ${words.slice(0, 500)}`,
    where: args.at(-1) ?? "",
  });
}
