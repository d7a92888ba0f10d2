import { z } from "zod";
import { fail, item, pass } from "../../item.ts";

/** The most that one release may hold; more cannot be told apart when something goes wrong. */
export const bigBangLimits = { features: 10, migrations: 5, services: 10, commits: 200 } as const;

const count = z.number().int().nonnegative();
const facts = z.strictObject({
  features: count,
  services: count,
  /** Migrations that the release before did not have. */
  migrations: count,
  /** Commits since the release before. */
  commits: count,
  /** Tag of the release before; absent when this is the first one. */
  since: z.string().max(300).optional(),
});

/** The seed's "Big bang deployments (deploy everything at once)". */
export const bigBang = item({
  id: "anti-patterns/big-bang",
  group: "anti-patterns",
  title: "Big bang deployments (deploy everything at once)",
  severity: "medium",
  when: "review",
  unoverridable: false,
  rule:
    "At most 10 features, 10 services, and since the tag of the release before 5 migrations and 200 commits. A first release has none " +
    "before it, so its migrations and commits are not limited.",
  mend: "release in smaller steps: split features and migrations over several versions",
  facts,
  judge({ since, ...it }) {
    const names =
      since === undefined
        ? (["features", "services"] as const)
        : (["features", "migrations", "services", "commits"] as const);
    const over = names.filter((name) => it[name] > bigBangLimits[name]);
    if (over.length > 0) {
      return fail(over.map((name) => `${it[name]} ${name}, more than ${bigBangLimits[name]}`).join("; "));
    }
    const counted = names.map((name) => `${name}: ${it[name]}`).join(", ");
    return pass(`${counted}${since === undefined ? "; the first release" : ` since ${since}`}`);
  },
});
