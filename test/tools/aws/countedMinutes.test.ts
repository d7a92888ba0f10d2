import { describe, expect, it } from "vitest";
import { type Counted, figuresBetween } from "../../../tools/aws/follower/countedMinutes.ts";

const reading = (requests: number, errors: number, upTo100: number): Counted => ({
  requests,
  errors,
  latency: [
    { le: 100, count: upTo100 },
    { le: 200, count: requests },
    { le: Number.POSITIVE_INFINITY, count: requests },
  ],
});

describe("a minute of what the nodes forwarded", () => {
  it("has the requests, errors and times between two readings", () => {
    const figures = figuresBetween(reading(1_000, 10, 1_000), reading(1_200, 13, 1_100));
    expect(figures).toMatchObject({ RequestCount: 200, HTTPCode_Target_5XX_Count: 3 });
    // Half of the answers took up to 100 ms, the others up to 200: nine tenths of the way between them, in seconds.
    expect(figures?.TargetResponseTime).toBeCloseTo(0.19);
  });

  it("has no figures where nothing was asked", () => {
    expect(figuresBetween(reading(1_000, 10, 900), reading(1_000, 10, 900))).toBeUndefined();
  });

  it("has no figures where an Envoy was started anew meanwhile", () => {
    expect(figuresBetween(reading(1_000, 10, 900), reading(20, 0, 20))).toBeUndefined();
  });
});
