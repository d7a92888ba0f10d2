import { describe, expect, it } from "vitest";
import type { RanOnce } from "../../provider/database/onceVerified.ts";
import { takeBack } from "../../provider/database/takeBack.ts";

const script = {
  version: "v2",
  returnsTo: "v1",
  command: ["shop", "back"],
  verify: ["shop", "status"],
  prints: "is missing",
};

/** What runs, in order, and how each of them ends. */
function played(...ends: (Partial<RanOnce> | Error)[]) {
  const ran: string[] = [];
  const run = async (what: string, command: readonly string[]): Promise<RanOnce> => {
    ran.push([what, ...command].join(" "));
    const end = ends[ran.length - 1];
    if (end === undefined || end instanceof Error) throw end ?? new Error("nobody said how it ends");
    return { id: `run-${ran.length}`, where: "the log", fault: undefined, output: "", ...end };
  };
  return { ran, took: () => takeBack(script, run) };
}

const there = { output: "the schema is up to date\n" };
const gone = { output: "v2 is missing\n" };
const [ask, back] = ["verification shop status", "rollback shop back"];

describe("a migration that is taken back", () => {
  it("is believed by what the database says afterwards and did not say before", async () => {
    const { ran, took } = played(there, { output: "done" }, gone);
    expect(await took()).toEqual({ line: "v2 is missing", by: "run-2" });
    expect(ran).toEqual([ask, back, ask]);
  });

  it("is not taken back again where the database says that it is", async () => {
    const { ran, took } = played(gone);
    expect(await took()).toEqual({ line: "v2 is missing", by: undefined });
    expect(ran).toEqual([ask]);
  });

  it("is taken back though the first question ends badly: that proves nothing, whatever it printed", async () => {
    const { took } = played({ ...gone, fault: "its container ended with 1" }, {}, gone);
    expect(await took()).toMatchObject({ by: "run-2" });
  });

  it("fails with the script's last lines, and the database is not asked again", async () => {
    const { ran, took } = played(there, { fault: "its container ended with 1", output: "ERROR: no such column\n" });
    await expect(took()).rejects.toMatchObject({
      happened: "The rollback script of v2 failed: its container ended with 1. It printed last:\nERROR: no such column",
      untouched: "Traffic is back. What the script changed until then is in the database.",
      next: expect.stringContaining("run the same command again: traffic stays where it is"),
    });
    expect(ran).toEqual([ask, back]);
  });

  it.each([
    ["still says that it is there", there, 'no line of the verification holds "is missing"'],
    ["ends badly", { ...gone, fault: "its container ended with 3" }, "ended badly, its container ended with 3"],
    ["says nothing", {}, "It printed nothing"],
  ])("is not believed by the script's exit code alone, when the database %s", async (_, end, says) => {
    await expect(played(there, {}, end).took()).rejects.toThrow(says);
  });

  it("that is cut off says what may be in the database, and keeps the cause", async () => {
    const stop = new DOMException("stopped", "AbortError");
    await expect(played(there, stop).took()).rejects.toMatchObject({
      happened: "The rollback script of v2 was cut off.",
      untouched: expect.stringContaining("What the script changed until then is in the database"),
      cause: stop,
    });
  });
});
