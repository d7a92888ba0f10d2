import { notInRegistry } from "../followedProject.ts";
import { bad } from "./bad.ts";
import { good } from "./good.ts";
import { refused } from "./refused.ts";

// Releases of the shop of which the same must come on every platform that is followed.

export const smokeFails = refused({
  name: "smoke-fails",
  title: "A release whose smoke test fails",
  version: "v1.2.3",
  says: /Smoke gate/,
});

export const migrationFails = refused({
  name: "migration-fails",
  title: "A migration that cannot be applied",
  version: "v1.2.4",
  says: /column "email"[^.]*does not exist/,
  quick: true,
});

/** @param says why it does not run, in the platform's words */
export const notPulled = (says: RegExp) =>
  refused({ name: "image-missing", title: "An image that cannot be pulled", version: notInRegistry, says });

/** @param counter who tells the errors, such as `Prometheus` */
export const errors = (counter: string) =>
  bad({
    name: "errors",
    title: "A release that answers 5 % errors, blue/green",
    expected: `v1.2.0 is judged no-go by ${counter}'s figures and taken back by itself; no request to v1.1.0 fails.`,
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
