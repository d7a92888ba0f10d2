import { bad } from "../../followed/scenarios/bad.ts";
import { good } from "../../followed/scenarios/good.ts";

const withCategory = "20260302100100_product_category";

export const goodRelease = good({
  name: "good-release",
  title: "A good release with a migration, blue/green",
  expected: "v1.1.0: a snapshot, a task that migrates, gates, switch, watch, go; no request fails.",
  version: "v1.1.0",
  strategy: "blue-green",
  migrated: withCategory,
  quick: true,
});

export const errors = bad({
  name: "errors",
  title: "A release that answers 5 % errors, blue/green",
  expected: "v1.2.0 is judged no-go by CloudWatch's figures and taken back by itself; no request to v1.1.0 fails.",
  version: "v1.2.0",
  strategy: "blue-green",
  quick: false,
});

export const slow = bad({
  name: "slow",
  title: "A release that is slow, blue/green",
  expected: "v1.2.1 is judged no-go by its P95 and taken back by itself.",
  version: "v1.2.1",
  strategy: "blue-green",
  quick: false,
});

export const goodCanary = good({
  name: "canary",
  title: "A canary that is promoted",
  expected:
    "v1.1.1 gets 25 % of the requests, is compared with v1.1.0 over the same minutes, and then everything; no request fails.",
  version: "v1.1.1",
  strategy: "canary",
  migrated: withCategory,
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
