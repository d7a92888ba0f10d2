import { describe, expect, it } from "vitest";
import { compareVersions } from "../../../release/strategy/comparison.ts";

const tolerance = { minRequests: 100, errorRate: 0.01, p95Factor: 1.5 };
const answered = (requests: number, errors: number, p95Ms: number | null = 100) => ({ requests, errors, p95Ms });
const compare = (stable: ReturnType<typeof answered>, next: ReturnType<typeof answered>) =>
  compareVersions({ from: 0, to: 60_000, stable, next }, tolerance);

describe("two versions over the same time", () => {
  it("are as good as each other within what is tolerated", () => {
    expect(compare(answered(1000, 10), answered(100, 2, 150)).verdict).toBe("go");
  });

  it("are a no-go when the new one fails more, or is slower, than that", () => {
    expect(compare(answered(1000, 0), answered(100, 2)).verdict).toBe("no-go");
    expect(compare(answered(1000, 0), answered(100, 0, 151)).verdict).toBe("no-go");
  });

  it("are not the new one's fault when both fail alike", () => {
    expect(compare(answered(1000, 300), answered(100, 30)).verdict).toBe("go");
  });

  it("are undecided on too few requests of either, figures that cannot be, or times that nobody told", () => {
    expect(compare(answered(1000, 0), answered(99, 50)).verdict).toBe("undecided");
    expect(compare(answered(99, 0), answered(1000, 0)).verdict).toBe("undecided");
    expect(compare(answered(1000, 0), answered(100, 101)).verdict).toBe("undecided");
    expect(compare(answered(1000, 0), answered(100, 0, null)).verdict).toBe("undecided");
    expect(compare(answered(1000, 0), answered(Number.NaN, 0)).verdict).toBe("undecided");
  });

  it("says both figures", () => {
    expect(compare(answered(1000, 1), answered(200, 5)).sentence).toBe(
      "2.5 % of the new version's requests failed, 0.1 % of the old one's",
    );
  });
});
