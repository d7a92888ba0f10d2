import { describe, expect, test } from "vitest";
import { figureNames, readOptions } from "../../bench/options.ts";
import { Problem } from "../../release/problem.ts";

describe("options of the benchmark", () => {
  test("without any, every figure is measured but the full rehearsal's duration and the comparison with others", () => {
    expect(readOptions([])).toEqual({
      names: figureNames.filter((name) => name !== "rehearse-full" && name !== "kubernetes-comparison"),
      short: false,
      json: false,
      full: false,
      rate: undefined,
      firstPort: 24_000,
    });
  });

  test("the machine says how many requests a second it carries, unless they are given or the run is short", () => {
    expect(readOptions(["--rate", "900"]).rate).toBe(900);
    expect(readOptions(["--short"]).rate).toBe(300);
    expect(readOptions(["--short", "--rate", "900"]).rate).toBe(900);
  });

  test("--full plays the full rehearsal, too", () => {
    expect(readOptions(["--full"]).names).toEqual(figureNames.filter((name) => name !== "kubernetes-comparison"));
  });

  test("--only keeps the figures named, in their own order", () => {
    expect(readOptions(["--only", "memory", "--only", "failed-requests"]).names).toEqual(["failed-requests", "memory"]);
  });

  test.each(["junit-reading", "preview-with-packs", "kubernetes-comparison"] as const)("--only takes %s", (name) => {
    expect(readOptions(["--only", name]).names).toEqual([name]);
  });

  test("who asks for the full rehearsal alone gets it without --full", () => {
    expect(readOptions(["--only", "rehearse-full"])).toMatchObject({ names: ["rehearse-full"], full: true });
  });

  test.each([
    [["--only", "speed"], /no figure speed/],
    [["--fast"], /--fast/],
    [["--rate", "0"], /--rate is a whole number from 1 to 5000, not 0/],
    [["--rate", "many"], /--rate/],
    [["--port", "80"], /--port/],
    [["speed"], /speed/],
  ])("%j is refused with the usage", (args, message) => {
    const read = () => readOptions(args);
    expect(read).toThrow(Problem);
    expect(read).toThrow(message);
    expect(read).toThrow(/usage: npm run bench/);
  });
});
