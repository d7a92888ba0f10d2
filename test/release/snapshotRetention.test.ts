import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KeptSnapshot, newestFirst, removable } from "../../release/snapshotRetention.ts";

const taken = (day: number, release: string | undefined = `v${day}`, whole = true): KeptSnapshot => ({
  identifier: `before-v${day}`,
  whole,
  release,
  takenAt: `2026-03-${String(day).padStart(2, "0")}T10:00:00.000Z`,
});
const names = (all: readonly KeptSnapshot[]) => all.map(({ identifier }) => identifier);

describe("snapshots from the newest to the oldest", () => {
  it("have those last of which the time is not known, wherever they stood", () => {
    const making = { ...taken(5, "v5", false), takenAt: undefined };
    expect(names(newestFirst([taken(1), making, taken(3), taken(2)]))).toEqual([
      ...["before-v3", "before-v2", "before-v1", "before-v5"],
    ]);
  });
});

describe("the snapshots that may go", () => {
  it("are those beyond the newest that are kept, the oldest first", () => {
    expect(names(removable([taken(1), taken(4), taken(2), taken(3)], 2, []))).toEqual(["before-v1", "before-v2"]);
  });

  it("are none that were taken before a version which is deployed, however old", () => {
    expect(names(removable([taken(1), taken(2), taken(3)], 1, ["v1"]))).toEqual(["before-v2"]);
  });

  it("are none that are not whole, and those do not count as kept", () => {
    const broken = taken(4, "v4", false);
    const making = { ...taken(5), whole: false, takenAt: undefined };
    expect(names(removable([taken(1), taken(2), broken, making], 1, []))).toEqual(["before-v1"]);
    expect(names(removable([taken(1), broken, making], 1, []))).toEqual([]);
  });

  it("are none of which nobody knows the release", () => {
    expect(removable([{ ...taken(1), release: undefined }, taken(2)], 1, [])).toEqual([]);
  });

  it("are never the newest whole one, nor a deployed version's, whatever there is", () => {
    const snapshot = fc.record({
      identifier: fc.uuid(),
      whole: fc.boolean(),
      release: fc.option(fc.constantFrom("v1", "v2", "v3", "v4"), { nil: undefined }),
      takenAt: fc.option(
        fc
          .date({ min: new Date("2026-01-01"), max: new Date("2026-12-31"), noInvalidDate: true })
          .map((it) => it.toISOString()),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(
        fc.array(snapshot),
        fc.integer({ min: 1, max: 5 }),
        fc.subarray(["v1", "v2", "v3"]),
        (all, keep, live) => {
          const gone = removable(all, keep, live);
          const whole = all.filter((it) => it.whole && it.takenAt !== undefined);
          expect(gone.every((it) => it.release !== undefined && !live.includes(it.release))).toBe(true);
          expect(whole.length - gone.length).toBeGreaterThanOrEqual(Math.min(keep, whole.length));
          const newest = Math.max(...whole.map(({ takenAt }) => Date.parse(takenAt ?? "")));
          if (gone.some(({ takenAt }) => Date.parse(takenAt ?? "") === newest)) {
            // Two of one instant: the other stays.
            expect(whole.filter(({ takenAt }) => Date.parse(takenAt ?? "") === newest).length).toBeGreaterThan(1);
          }
        },
      ),
    );
  });
});
