import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Repository } from "../project/repository.ts";
import { greenlight } from "./project.ts";

const version = "v1.2.3";
let repository: Repository;
let commit: string;

const add = (...words: string[]) =>
  greenlight(["evidence", "add", version, ...words, "--commit", commit, "--json", "-C", repository.folder]);
const at = (file: string) => join(repository.folder, file);
const records = () => {
  try {
    const text = readFileSync(at(`releases/${version}.evidence.jsonl`), "utf8").trim();
    return text.split("\n").map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};

beforeEach(() => {
  repository = new Repository();
  repository.write("Pulumi.yaml", "name: shop\nruntime: nodejs\n");
  repository.write("Pulumi.prod.yaml", "config:\n  shop:live: blue\n  shop:services: { api: { port: 20080 } }\n");
  repository.write(
    `releases/${version}.yaml`,
    `version: ${version}\nservices: { api: { command: [node] } }\ndatabase: { tool: none }\nsmoke: { command: [node] }\n`,
  );
  repository.write("reports/unit.xml", "<testsuites/>");
  repository.write("reports/e2e.xml", "<testsuites></testsuites>");
  commit = repository.commit("README.md");
});
afterEach(() => repository.remove());

describe("greenlight evidence add", () => {
  it("records the files of one item", async () => {
    const ran = await add("tests/unit", at("reports/unit.xml"), at("reports/e2e.xml"));
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(records()).toMatchObject([
      { item: "tests/unit", file: "reports/unit.xml", commit },
      { item: "tests/unit", file: "reports/e2e.xml", commit },
    ]);
  });

  it("records files of several items in one call", async () => {
    const ran = await add(`tests/unit=${at("reports/unit.xml")}`, `tests/e2e=${at("reports/e2e.xml")}`);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout).records).toEqual(records());
    expect(records()).toMatchObject([
      { item: "tests/unit", file: "reports/unit.xml" },
      { item: "tests/e2e", file: "reports/e2e.xml" },
    ]);
  });

  it.each<[string, string[], RegExp]>([
    ["an item without a file", ["tests/unit"], /not clear which file/],
    ["pairs and a lone file", ["tests/unit=reports/unit.xml", "reports/e2e.xml"], /not clear which file/],
    ["an item that there is not", ["tests/units=reports/unit.xml"], /tests\/units/],
    ["a file that is not there", ["tests/unit=missing.xml"], /missing\.xml/],
  ])("refuses %s and records nothing", async (_, words, why) => {
    const named = words.map((word) => word.replace(/(=|^)(reports|missing)/, `$1${repository.folder}/$2`));
    const ran = await add(...named);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout + ran.stderr).toMatch(why);
    expect(records()).toEqual([]);
  });

  it("records nothing at all when one of several files is not taken", async () => {
    const ran = await add(`tests/unit=${at("reports/unit.xml")}`, `tests/e2e=${at("reports/gone.xml")}`);
    expect(ran.exitCode).toBe(2);
    expect(records()).toEqual([]);
  });
});
