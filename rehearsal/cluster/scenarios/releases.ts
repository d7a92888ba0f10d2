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

export const errors = bad({
  name: "errors",
  title: "A release that answers 5 % errors, blue/green",
  expected: "v1.2.0 is judged no-go by Prometheus' figures and taken back by itself; no request to v1.1.0 fails.",
  version: "v1.2.0",
  strategy: "blue-green",
  quick: false,
});

export const goodCanary = good({
  name: "canary",
  title: "A canary that is promoted",
  expected:
    "v1.1.1 gets 25 % of the requests, is compared with v1.1.0 over the same time, and then everything; no request fails.",
  version: "v1.1.1",
  strategy: "canary",
  migrated: "20260302100100_product_category",
  quick: false,
});

export const badCanary = bad({
  name: "bad-canary",
  title: "A canary that answers 5 % errors",
  expected: "v1.2.0 is taken back from its share, so that less than half of the requests meet it.",
  version: "v1.2.0",
  strategy: "canary",
  quick: false,
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
