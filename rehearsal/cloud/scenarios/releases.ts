import { bad } from "../../followed/scenarios/bad.ts";
import { good } from "../../followed/scenarios/good.ts";

export const goodRelease = good({
  name: "good-release",
  title: "A good release with a migration, blue/green",
  expected: "v1.1.0: a snapshot, a task that migrates, gates, switch, watch, go; no request fails.",
  version: "v1.1.0",
  strategy: "blue-green",
  migrated: "20260302100100_product_category",
  quick: true,
});

export const slow = bad({
  name: "slow",
  title: "A release that is slow, blue/green",
  expected: "v1.2.1 is judged no-go by its P95 and taken back by itself.",
  version: "v1.2.1",
  strategy: "blue-green",
  answersLate: true,
  quick: false,
});
