import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  currentRelease,
  history,
  type JournalRecord,
  lineDigest,
  liveBefore,
  nextLine,
  readJournal,
} from "../../release/journal.ts";
import { nextPhase, type PhaseId, phaseIds, phasesDone, phasesLeft } from "../../release/schedule.ts";

type Unstamped<T> = T extends unknown
  ? Omit<T, "id" | "at" | "by" | "pid" | "version"> & { version?: string; by?: string; at?: string }
  : never;

const begin = Date.parse("2026-03-02T14:00:00Z");
const records = (...entries: readonly Unstamped<JournalRecord>[]): JournalRecord[] =>
  entries.map(
    (entry, index) =>
      ({
        id: `r${index}`,
        at: new Date(begin + index * 60_000).toISOString(),
        version: "v2",
        by: "ada",
        pid: 7,
        ...entry,
      }) as JournalRecord,
  );
const textOf = (list: readonly JournalRecord[]): string => {
  let text = "";
  for (const record of list) text += nextLine(record, readJournal(text).lastLine);
  return text;
};
const started: Unstamped<JournalRecord> = { type: "release-started", manifestDigest: "d" };
const done = (phase: PhaseId): Unstamped<JournalRecord> => ({ type: "phase-done", phase });
const sample = records(
  started,
  { type: "phase-started", phase: "checks" },
  done("checks"),
  { type: "phase-failed", phase: "deploy", reason: "Verbindung unterbrochen – später 🚀" },
  { type: "rollback", to: "blue", toVersion: "v1", fromVersion: "v2", reason: "5 % errors", database: "kept" },
  { type: "release-ended", outcome: "rolled-back", sentence: "v1 serves" },
);

describe("a journal", () => {
  it("is read back as it was written", () => {
    const journal = readJournal(textOf(sample));
    expect(journal).toMatchObject({ problems: [], torn: undefined });
    expect(journal.records).toEqual(sample);
  });

  it("that is empty holds nothing and is no problem", () => {
    expect(readJournal("")).toEqual({ records: [], problems: [], torn: undefined, lastLine: undefined });
  });

  it("is plain ASCII, so that a torn line has as many bytes as characters", () => {
    expect(Buffer.byteLength(textOf(sample))).toBe(textOf(sample).length);
  });

  it("torn anywhere keeps every whole line without a problem, and can be gone on with", () => {
    const text = textOf(sample);
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const journal = readJournal(text.slice(0, length));
        expect(journal.problems).toEqual([]);
        expect(journal.records).toEqual(sample.slice(0, text.slice(0, length).split("\n").length - 1));
        const mended = text.slice(0, length - (journal.torn?.length ?? 0));
        const [more] = records({ type: "interrupted" });
        const next = mended + nextLine({ ...(more as JournalRecord), id: "next" }, journal.lastLine);
        expect(readJournal(next).problems).toEqual([]);
      }),
    );
  });

  it("shows a line that was changed, taken out, put in or moved, wherever it is but at the end", () => {
    const lines = textOf(sample).split("\n").slice(0, -1);
    fc.assert(
      fc.property(
        fc.nat(lines.length - 2),
        fc.constantFrom("change", "remove", "double", "swap", "tear"),
        (index, how) => {
          const line = lines[index] ?? "";
          const damaged = [...lines];
          if (how === "change") damaged[index] = line.replace('"ada"', '"eve"');
          else if (how === "remove") damaged.splice(index, 1);
          else if (how === "double") damaged.splice(index, 0, line);
          else if (how === "swap") damaged.splice(index, 2, lines[index + 1] ?? "", line);
          else damaged[index] = line.slice(0, line.length / 2);
          expect(readJournal(`${damaged.join("\n")}\n`).problems).not.toEqual([]);
        },
      ),
    );
  });

  it("that lost its end shows it against a digest known from elsewhere", () => {
    const lines = textOf(sample).split("\n").slice(0, -1);
    const head = lineDigest(lines.at(-1) ?? "");
    expect(readJournal(`${lines.join("\n")}\n`, head).problems).toEqual([]);
    expect(readJournal(`${lines.slice(0, -1).join("\n")}\n`, head).problems).toEqual([
      { line: 0, happened: expect.stringContaining("shortened") },
    ]);
  });

  it.each([
    ["a line that is not JSON", "{", /not JSON/],
    ["a list", "[]", /not a record/],
    ["a type it does not know", '{"type":"party"}', /not a record that this version knows/],
    ["a field it does not know", JSON.stringify({ ...sample[2], more: 1 }), /not a record that this version knows/],
    ["a line over 64 KiB", JSON.stringify("x".repeat(70_000)), /longer/],
  ])("names the line of %s", (_, line, happened) => {
    const { problems } = readJournal(`${textOf(sample)}${line}\n`);
    expect(problems[0]?.line).toBe(sample.length + 1);
    expect(problems[0]?.happened).toMatch(happened);
  });

  it("is read without an error, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(2_000), (junk, at) => {
        const text = textOf(sample);
        expect(() => readJournal(text.slice(0, at) + junk + text.slice(at))).not.toThrow();
      }),
    );
  });
});

describe("the release under way", () => {
  it("is the one that started and has not ended, with the phase it is in and who holds it", () => {
    const list = records(started, done("checks"), { type: "phase-started", phase: "deploy", by: "bob" });
    expect(currentRelease(list)).toEqual({ version: "v2", startedAt: list[0]?.at, by: "bob", pid: 7, phase: "deploy" });
    expect(currentRelease(sample)).toBeUndefined();
    expect(currentRelease([])).toBeUndefined();
  });

  it("starts with the checks and goes through the schedule in order", () => {
    for (const [index, id] of phaseIds.entries()) {
      expect(nextPhase(records(started, ...phaseIds.slice(0, index).map(done)))?.id).toBe(id);
    }
    expect(nextPhase(records(started, ...phaseIds.map(done)))).toBeUndefined();
    expect(nextPhase([])?.id).toBe("checks");
  });

  it("is taken up at the phase that failed or was torn off, with all after it", () => {
    const failed = records(started, done("checks"), done("prepare"), {
      type: "phase-failed",
      phase: "announce",
      reason: "x",
    });
    expect(phasesLeft(failed).map(({ id }) => id)).toEqual(phaseIds.slice(2));
    const torn = records(started, done("checks"), { type: "phase-started", phase: "prepare" });
    expect(nextPhase(torn)?.id).toBe("prepare");
  });

  it("makes old checks again, but not once traffic has moved", () => {
    const before = records(started, done("checks"), done("prepare"));
    const later = begin + 2 * 3_600_000;
    expect(phasesLeft(before, later).map(({ id }) => id)).toEqual(["checks", ...phaseIds.slice(2)]);
    expect(nextPhase(before, begin + 600_000)?.id).toBe("announce");
    const after = records(started, ...phaseIds.slice(0, 5).map(done), { type: "switch", to: "green", toVersion: "v2" });
    expect(nextPhase(after, later)?.id).toBe("watch");
  });

  it("has only the finish left after a rollback", () => {
    const list = records(started, done("checks"), {
      type: "rollback",
      to: "blue",
      toVersion: "v1",
      reason: "x",
      database: "kept",
    });
    expect(phasesLeft(list).map(({ id }) => id)).toEqual(["finish"]);
  });

  it("does not inherit phases from the release before", () => {
    const list = records(
      { ...started, version: "v1" },
      { ...done("checks"), version: "v1" },
      { type: "release-ended", outcome: "released", sentence: "ok", version: "v1" },
      started,
    );
    expect(phasesDone(list)).toEqual([]);
    expect(nextPhase(list)?.id).toBe("checks");
  });
});

describe("what was live", () => {
  const list = records(
    { type: "switch", to: "blue", toVersion: "v1", version: "v1" },
    { type: "switch", to: "green", toVersion: "v2", fromVersion: "v1", reason: "release" },
    { type: "switch", to: "green", toVersion: "v2" },
    { type: "rollback", to: "blue", toVersion: "v1", reason: "5 % errors", database: "kept", by: "bob" },
    { type: "switch", to: "green", toVersion: "v3", version: "v3" },
  );

  it("is told with since when, until when, by whom and why", () => {
    expect(history(list).map(({ version, environment, by, why }) => [version, environment, by, why])).toEqual([
      ["v1", "blue", "ada", "release of v1"],
      ["v2", "green", "ada", "release"],
      ["v1", "blue", "bob", "rollback: 5 % errors"],
      ["v3", "green", "ada", "release of v3"],
    ]);
    expect(history(list).map(({ until }) => until)).toEqual([list[1]?.at, list[3]?.at, list[4]?.at, undefined]);
  });

  it("before now is each version once, newest first", () => {
    expect(liveBefore(list)).toEqual(["v1", "v2"]);
    expect(liveBefore([])).toEqual([]);
  });
});
