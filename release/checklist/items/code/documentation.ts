import { z } from "zod";
import { fail, item, pass } from "../../item.ts";

const words = z.string().max(1_000);
const count = z.number().int().nonnegative();

const facts = z.strictObject({
  changelog: z.strictObject({
    file: words,
    /** How it stands in the released commit. */
    state: z.enum(["missing", "no entry", "entry"]),
    heading: words.optional(),
    /** Lines of the entry that say something. */
    lines: count,
  }),
  /** The tag of the release before; absent for the first one. */
  since: words.optional(),
  docs: z.array(z.strictObject({ file: words, state: z.enum(["missing", "unchanged", "changed"]) })).max(50),
  /** Why no documentation had to be touched. */
  reason: words.optional(),
});

/** The seed's "Documentation updated". */
export const documentation = item({
  id: "code/documentation",
  group: "code",
  title: "Documentation updated",
  severity: "high",
  when: "review",
  unoverridable: false,
  rule: "In the released commit the changelog has an entry of this very version that says something, and every documentation file that the manifest names was changed since the last release; or the manifest says why none had to be.",
  mend: "add the version to the changelog and name the changed files under `evidence: code/documentation: docs`, or a `reason`",
  facts,
  judge({ changelog, since, docs, reason }, { version }) {
    if (changelog.state === "missing") return fail(`there is no ${changelog.file} in the released commit`);
    if (changelog.state === "no entry") return fail(`${changelog.file} has no entry of ${version}`);
    const heading = changelog.heading ?? version;
    if (changelog.lines === 0) return fail(`the entry ${JSON.stringify(heading)} in ${changelog.file} says nothing`);
    const entry = `${changelog.file} has ${JSON.stringify(heading)} with ${changelog.lines} lines`;
    const wrong = docs.filter((it) => it.state !== "changed");
    if (wrong.length > 0) {
      const said = wrong
        .slice(0, 5)
        .map((it) => `${it.file} ${it.state === "missing" ? "is not in the released commit" : "was not changed"}`);
      return fail(`${said.join(", ")}${since === undefined ? "" : ` since ${since}`}`);
    }
    if (docs.length > 0)
      return pass(
        `${entry}; changed: ${docs
          .map((it) => it.file)
          .slice(0, 5)
          .join(", ")}`,
      );
    if (reason !== undefined && /\p{L}/u.test(reason)) return pass(`${entry}; no documentation touched: ${reason}`);
    return fail(`${entry}, but the manifest names no documentation that was changed, nor a reason why none had to be`);
  },
});
