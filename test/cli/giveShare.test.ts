import { describe, expect, it } from "vitest";
import { sayChange } from "../../cli/switch/giveShare.ts";

describe("an update of a rolling release, in words", () => {
  it.each([
    [
      { live: "blue", share: 0 },
      { live: "blue", share: 0, room: 50 },
      "instances come for 50 % to green, 50 % to blue",
    ],
    [
      { live: "blue", share: 0, room: 50 },
      { live: "blue", share: 50, room: 0 },
      "green gets 50 % of users' requests, blue 50 %",
    ],
    [
      { live: "blue", share: 75, room: 100 },
      { live: "green", share: 0, room: 25 },
      "green gets 100 % of users' requests, blue 0 %",
    ],
    [
      { live: "green", share: 0, room: 25 },
      { live: "blue", share: 75, room: 100 },
      "blue gets 25 % of users' requests, green 75 %",
    ],
    [
      { live: "green", share: 0 },
      { live: "green", share: 0, room: 25 },
      "instances come for 25 % to blue, 75 % to green",
    ],
    [
      { live: "blue", share: 50, room: 0 },
      { live: "blue", share: 50 },
      "the instances that no traffic needs any more go",
    ],
  ] as const)("from %j to %j", (now, asked, said) => {
    expect(sayChange(now, asked)).toBe(said);
  });
});
