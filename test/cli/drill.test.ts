import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drillDatabaseCommand } from "../../cli/commands/drill.ts";
import { database } from "../../project/checklist/database.ts";
import { gatherFacts } from "../../project/checklist/gatherFacts.ts";
import { checklistItems } from "../../release/checklist/items/index.ts";
import { judgeChecklist } from "../../release/checklist/judge.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { gatheringIn, manifestText } from "../checklist/day/gathering.ts";
import { refusal } from "../database/server.ts";
import { Repository } from "../project/repository.ts";

vi.setConfig({ testTimeout: 60_000 });

const manifest = (folder: string, ...more: readonly string[]) =>
  manifestText(
    `database: { tool: prisma, directory: ../prisma/${folder}, rollback: ../prisma/rollback/v1.1.0.sql }`,
    ...more,
  );
const evidence = "evidence: { database/rollback-script: { files: [v1.2.3.rollback-drill.json] } }";

let repository: Repository;
beforeEach(() => {
  repository = new Repository("alone");
  cpSync("examples/shop/prisma", join(repository.folder, "prisma"), { recursive: true });
  repository.write("Pulumi.yaml", "name: greenlight\nruntime: nodejs\n");
  repository.write(
    "Pulumi.prod.yaml",
    "config:\n  greenlight:live: blue\n  greenlight:blue: v1.2.2\n  greenlight:services: { api: { port: 8080 } }\n",
  );
  repository.commit(
    "releases/v1.2.2.yaml",
    manifest("migrations-v1.0.0").replace("version: v1.2.3", "version: v1.2.2"),
  );
  repository.run("tag", "--annotate", "v1.2.2", "--message", "Release 1.2.2");
  const commit = repository.run("rev-parse", "HEAD");
  repository.write("releases/v1.2.3.yaml", manifest("migrations", `commit: ${commit}`, evidence));
});
afterEach(() => repository.remove());

function drill() {
  const told: string[] = [];
  const reporter = { tell: (event: { text?: string }) => void told.push(event.text ?? "") };
  const options = { project: repository.folder, stack: "prod", json: false, yes: true, version: "v1.2.3" };
  return drillDatabaseCommand(options, reporter as never, new AbortController().signal);
}

async function item(): Promise<string> {
  const facts = await gatherFacts(gatheringIn(repository), database, "review");
  const found = judgeChecklist(checklistItems, facts, new Date()).items.find(
    (it) => it.id === "database/rollback-script",
  );
  return `${found?.verdict}: ${found?.reason}`;
}

describe("greenlight drill database", () => {
  it("plays the shop's rollback script on a private server, and its record makes the item pass until the script changes", async () => {
    expect(await item()).toMatch(/^fail: .*there is no such file/);
    const result = await drill();
    expect(result.json).toMatchObject({ ok: true, server: "private", file: "releases/v1.2.3.rollback-drill.json" });
    expect(result.exitCode).toBe(exitCodes.ok);
    expect(result.json.drill.undone).toEqual([
      "20260302100000_order_preferences",
      "20260302100100_product_category",
      "20260302100200_sort_products",
      "20260302100300_product_category_index",
    ]);
    expect(await item()).toMatch(/^pass: prisma\/rollback\/v1\.1\.0\.sql took 4 migrations back to v1\.2\.2/);

    const script = join("prisma", "rollback", "v1.1.0.sql");
    repository.write(script, `${readFileSync(join(repository.folder, script), "utf8")}-- more\n`);
    expect(await item()).toMatch(/^fail: .*another rollback script/);
    const error = await refusal(drill());
    expect(error.message).toMatch(/not as commit [0-9a-f]{12} has them/);

    const file = "releases/v1.2.3.rollback-drill.json";
    repository.write(
      file,
      readFileSync(join(repository.folder, file), "utf8").replace('"passed": true', '"passed":  true'),
    );
    expect(await item()).toMatch(/^fail: .*changed after it was recorded/);
  });

  it("is refused where nothing is to be taken back", async () => {
    repository.write("releases/v1.2.3.yaml", manifest("migrations-v1.0.0", evidence));
    expect((await refusal(drill())).message).toMatch(/v1\.2\.2 has all of its migrations/);
    repository.write("releases/v1.2.3.yaml", manifestText(evidence));
    expect((await refusal(drill())).message).toMatch(/v1\.2\.3 has no migrations/);
  });
});
