import { refused, refusedSideBySide } from "./attempt.ts";
import { pullRequest } from "./readyFiles.ts";
import { ago, inAnHour, type ReadyRelease } from "./readyRelease.ts";

const base = (it: ReadyRelease) => it.run("rev-parse", "v1.2.2^{commit}");
/** Another review of the pull request in the place of Berta's. */
const reviewed =
  (review: object, pull: object = {}) =>
  (it: ReadyRelease) =>
    it.evidence("code/review", "pull.json", pullRequest({ base: base(it), commit: it.commit }, review, pull));
const by = (login: string, type = "User") => ({ user: { login, type } });

/** The commit as git has it, with a trailer that nobody wrote. */
const signed = (it: ReadyRelease, reviewer: string): string => {
  const message = `Coupons\n\nReviewed-by: ${reviewer}`;
  const emil = ["-c", "user.name=Emil", "-c", "user.email=emil@example.invalid"];
  return it.run(...emil, "commit-tree", `${it.commit}^{tree}`, "-p", base(it), "-m", message);
};
const withoutReviews = (it: ReadyRelease) =>
  it.manifest((text) => text.replace("  code/review: { files: [../evidence/pull.json] }\n", ""));
const nobody = /1 of 1 commits since v1\.2\.2 were reviewed by nobody else/;

refused("git made to tell another history", [
  ["without any review", "code/review", withoutReviews, nobody],
  [
    "the commit replaced here by one that somebody signed (git replace)",
    "code/review",
    (it) => {
      withoutReviews(it);
      it.run("replace", it.commit, signed(it, "Berta <berta@example.invalid>"));
    },
    nobody,
  ],
  [
    "the commit grafted away (.git/info/grafts)",
    "code/review",
    (it) => {
      withoutReviews(it);
      it.write(".git/info/grafts", `${it.commit}\n`);
    },
    nobody,
  ],
]);

/** A release whose only commit after v1.2.2 has this author's own trailer, under a name that a .mailmap gives to somebody else. */
refused("the author's own signature under somebody else's name", [
  [
    "by a .mailmap",
    "code/review",
    (it) => {
      withoutReviews(it);
      const own = signed(it, "E. Mil <emil@example.invalid>");
      it.run("update-ref", "refs/heads/main", own);
      it.manifest((text) => text.replace(it.commit, own));
      it.write(".mailmap", "Berta <berta@example.invalid> E. Mil <emil@example.invalid>\n");
    },
    nobody,
  ],
]);

/** End-to-end tests without evidence, and an override of them. */
const override =
  (over: object, item = "tests/e2e") =>
  (it: ReadyRelease) => {
    const good = {
      item,
      by: "Ann",
      approvedBy: "Berta",
      approvedAt: ago(30),
      reason: "the provider's sandbox is down, checked by hand",
      until: inAnHour(),
    };
    it.manifest(
      (text) =>
        `${text.replace("  tests/e2e: { files: [../evidence/e2e.xml] }\n", "")}overrides: [${JSON.stringify({ ...good, ...over })}]\n`,
    );
  };

refusedSideBySide({
  "an approval that does not count": [
    ["by the author", "code/review", reviewed(by("emil")), /emil wrote or committed part of it/],
    ["by the author in capitals", "code/review", reviewed(by("EMIL")), /wrote or committed/],
    ["by whom only look-alike letters tell from the author", "code/review", reviewed(by("еmil")), /wrote or committed/],
    ["by who committed it", "code/review", reviewed(by("ann")), /ann wrote or committed/],
    ["by a program", "code/review", reviewed(by("helper[bot]", "Bot")), /is a program/],
    [
      "by somebody from outside",
      "code/review",
      reviewed({ author_association: "NONE" }),
      /does not belong to the repository/,
    ],
    [
      "from before the last push",
      "code/review",
      (it) => reviewed({ commit_id: base(it) })(it),
      /before the last push to/,
    ],
    ["from tomorrow", "code/review", reviewed({ submitted_at: ago(-24 * 60) }), /from the future/],
    ["of last quarter", "code/review", reviewed({ submitted_at: ago(90 * 24 * 60) }), /old; at most/],
    ["that was dismissed", "code/review", reviewed({ state: "DISMISSED" }), /has no approval/],
    ["of a draft", "code/review", reviewed({}, { draft: true }), /is a draft/],
    [
      "of a pull request that was closed without being merged",
      "code/review",
      reviewed({}, { state: "closed" }),
      /closed without being merged/,
    ],
    [
      "of a pull request with other commits",
      "code/review",
      (it) => reviewed({ commit_id: base(it) }, { head: { sha: base(it) } })(it),
      /holds no commit of this release/,
    ],
    [
      "while somebody else asks for changes",
      "code/review",
      (it) => {
        const { pull, reviews } = pullRequest({ base: base(it), commit: it.commit });
        const no = { ...reviews[0], ...by("cleo"), state: "CHANGES_REQUESTED" };
        it.evidence("code/review", "pull.json", { pull, reviews: [...reviews, no] });
      },
      /changes requested by cleo/,
    ],
  ],
  "an override that does not hold": [
    ["approved by the one who asks", "tests/e2e", override({ approvedBy: "Ann" }), /cannot approve their own/],
    [
      "approved by the same name with an invisible character",
      "tests/e2e",
      override({ approvedBy: "A\u200bnn" }),
      /cannot/,
    ],
    ["approved by the same name with a look-alike", "tests/e2e", override({ approvedBy: "Аnn" }), /cannot approve/],
    [
      "approved by the same person's address",
      "tests/e2e",
      override({ by: "ann@example.invalid", approvedBy: "Ann <ann@example.invalid>" }),
      /cannot approve their own/,
    ],
    ["approved by the same person's login", "tests/e2e", override({ by: "@ann", approvedBy: "ann" }), /cannot approve/],
    ["that has ended", "tests/e2e", override({ until: ago(1) }), /it ended at/],
    ["for a week", "tests/e2e", override({ until: ago(-7 * 24 * 60) }), /longer than/],
    [
      "approved tomorrow",
      "tests/e2e",
      override({ approvedAt: ago(-24 * 60), until: ago(-25 * 60) }),
      /from the future/,
    ],
    ["of an item whose name only looks like it", "tests/e2e", override({}, "tests/е2e"), /there is no evidence/],
    ["of every item at once", "tests/e2e", override({}, "*"), /there is no evidence/],
  ],
});

refused("nobody but those whom the rule names", [
  ["for security, by none of its owners", "code/security-review", reviewed(by("cleo")), /none of its owners: @berta/],
  ["of migrations, by none of their owners", "database/review", reviewed(by("cleo")), /@berta/],
  [
    "of the snapshot before a migration",
    "database/backup",
    (it) => {
      it.edit("Pulumi.prod.yaml", (text) => text.replace("  shop:database: { name: shop, user: shop }\n", ""));
      override({}, "database/backup")(it);
    },
    /its override does not hold: this item cannot be set aside/,
  ],
]);
