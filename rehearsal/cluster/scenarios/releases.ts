import { bad } from "../../followed/scenarios/bad.ts";
import { good } from "../../followed/scenarios/good.ts";

export const goodRelease = good({
  name: "good-release",
  title: "A good release with a migration, blue/green",
  expected: "v1.1.0: a snapshot, a Job that migrates, gates, switch, watch, go; no request fails.",
  version: "v1.1.0",
  strategy: "blue-green",
  migrated: "20260302100100_product_category",
  quick: true,
});

export const goodRolling = good({
  name: "rolling",
  title: "A rolling release",
  expected: "v1.3.0 comes pod by pod, at most one beyond those wanted, with a verdict at 50 %; no request fails.",
  version: "v1.3.0",
  strategy: "rolling",
  migrated: "20260504090000_reviews_1",
  quick: true,
});

export const badRolling = bad({
  name: "bad-rolling",
  title: "A rolling release that answers 5 % errors",
  expected: "v1.2.0 is taken back at its first stage, pod by pod; no request to v1.3.0 fails.",
  version: "v1.2.0",
  strategy: "rolling",
  quick: false,
});
