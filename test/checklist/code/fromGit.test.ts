import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gatherers } from "../../../project/checklist/gatherers.ts";
import type { Repository } from "../../project/repository.ts";
import { gatheringIn } from "../day/gathering.ts";
import { named, pullRequest, Release } from "./release.ts";

const signed = { message: "Coupons\n\nReviewed-by: Berta <berta@example.invalid>" };
const failed = (reason: RegExp) => ({ verdict: "fail", reason: expect.stringMatching(reason) });
const passed = (reason: RegExp) => ({ verdict: "pass", reason: expect.stringMatching(reason) });
const reviews = named("code/review", "pull.json");

describe("code/review, by trailers in git", () => {
  it("passes when somebody else signed every commit since the last release", async () => {
    const release = new Release();
    release.change("a.js", signed);
    release.change("b.js", { author: "Emil <emil@example.invalid>", ...signed });
    expect(await release.judged("code/review")).toMatchObject(
      passed(/^2 commits since v1\.2\.2: 2 commits signed by Berta/),
    );
  });

  it("fails when one commit is signed by nobody, and names it", async () => {
    const release = new Release();
    release.change("a.js", signed);
    const bare = release.change("b.js", { message: "Quick fix" });
    release.change("c.js", signed);
    expect(await release.judged("code/review")).toMatchObject(
      failed(new RegExp(`1 of 3 commits since v1\\.2\\.2 .*${bare.slice(0, 12)} Quick fix`)),
    );
  });

  it.each([
    ["the author", "Emil <emil@example.invalid>"],
    ["the author under another address", "Emil <home@example.invalid>"],
    ["the author under another name", "Somebody <EMIL@example.invalid>"],
    ["a look-alike of the author", "Еmil <other@example.invalid>"],
    ["who committed it", "Ann <other@example.invalid>"],
    ["a co-author", "Dora <dora@example.invalid>"],
    ["the author, by the .mailmap", "Emile E. <ee@example.invalid>"],
    ["a name without an address", "Berta"],
    ["nobody", ""],
  ])("fails when it is signed by %s", async (_, reviewer) => {
    const release = new Release({ ".mailmap": "Emil <emil@example.invalid> Emile E. <ee@example.invalid>\n" });
    release.change("a.js", {
      author: "Emil <emil@example.invalid>",
      message: `Coupons\n\nCo-authored-by: Dora <dora@example.invalid>\nReviewed-by: ${reviewer}`,
    });
    expect(await release.judged("code/review")).toMatchObject(failed(/1 of 1 commits/));
  });

  it("fails when the words stand in the message, but not as a trailer", async () => {
    const release = new Release();
    release.change("a.js", {
      message: "Reviewed-by: Berta <b@example.invalid>\n\nThis is text.\n\nAnd more text of it.",
    });
    expect(await release.judged("code/review")).toMatchObject(failed(/1 of 1 commits/));
  });

  it("asks nothing of a merge that adds nothing, but of one that does", async () => {
    const release = new Release({ "a.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n" });
    const { repository } = release;
    const sideways = (name: string) => {
      repository.run("switch", "--quiet", "--create", name);
      release.change(`${name}.js`, signed);
      repository.run("switch", "--quiet", "main");
      release.change(`beside-${name}.js`, signed);
    };
    sideways("one");
    repository.run("merge", "--quiet", "--no-ff", "--message", "Merge one", "one");
    expect(await release.judged("code/review")).toMatchObject(passed(/^2 commits/));
    sideways("two");
    repository.run("merge", "--quiet", "--no-ff", "--no-commit", "two");
    release.change("slipped-in.js", { message: "Merge two" });
    expect(await release.judged("code/review")).toMatchObject(failed(/1 of 5 commits .* Merge two/));
  });

  it.each([
    ["a lightweight tag", ["tag", "v1.2.2-x"], ["tag", "v1.2.9"]],
    ["a pre-release's tag", ["tag", "-a", "v1.2.3-rc.1", "-m", "rc"], []],
    ["a tag of something else", ["tag", "-a", "nightly-5", "-m", "nightly"], []],
    ["this version's own tag", ["tag", "-a", "v1.2.3", "-m", "early"], []],
  ])("does not take %s for the last release", async (_, ...tags) => {
    const release = new Release();
    release.change("a.js", { message: "Not reviewed" });
    for (const tag of tags.filter((it) => it.length > 0)) release.repository.run(...tag);
    release.change("b.js", signed);
    expect(await release.judged("code/review")).toMatchObject(failed(/since v1\.2\.2 .*Not reviewed/));
  });

  it("does not take a tag on the very commit for the last release", async () => {
    const release = new Release();
    release.change("a.js", { message: "Not reviewed" });
    release.repository.run("tag", "-a", "v1.2.9", "-m", "later");
    expect(await release.judged("code/review")).toMatchObject(failed(/since v1\.2\.2 .*Not reviewed/));
  });

  it("begins at what serves, where a later tag would leave out what nobody reviewed", async () => {
    const release = new Release();
    const bare = release.change("a.js", { message: "Quick fix" });
    release.repository.run("tag", "-a", "v1.2.2-hotfix", "-m", "set by somebody");
    release.repository.run("tag", "-a", "v1.2.9", "-m", "set by somebody, or of a release that never served");
    release.change("b.js", signed);
    const seen = await release.judged("code/review");
    expect(seen).toMatchObject(
      failed(new RegExp(`1 of 2 commits since [0-9a-f]{12} .*${bare.slice(0, 12)} Quick fix`)),
    );
  });

  it("fails in a clone without history, where nobody can say what came before", async () => {
    const release = new Release();
    release.change("a.js", signed);
    release.repository.run("clone", "--quiet", "--depth=1", `file://${release.repository.folder}`, "shallow");
    const shallow: Repository = Object.create(release.repository, {
      folder: { value: join(release.repository.folder, "shallow") },
    });
    release.repository.write(
      "shallow/releases/v1.2.3.yaml",
      `version: v1.2.3\ncommit: ${release.head}\nservices: { api: { command: [a] } }\nsmoke: { command: [a] }\n`,
    );
    const gather = gatherers["code/review"];
    await expect(async () => gather?.(gatheringIn(shallow))).rejects.toThrow(/shallow .*: fetch the whole history/);
  });

  it.each<[string, string | null, RegExp]>([
    ["no commit", null, /the manifest names no commit/],
    ["a commit that is not there", "1".repeat(40), /git does not tell/],
  ])("fails when the manifest names %s", async (_, commit, reason) => {
    const release = new Release();
    release.change("a.js", signed);
    expect(await release.judged("code/review", [], { commit })).toMatchObject(failed(reason));
  });
});

describe("code/review, by pull requests", () => {
  it("passes when its head is the commit and somebody else approved it", async () => {
    const release = new Release();
    release.change("a.js");
    release.change("b.js", { author: "Emil <emil@example.invalid>" });
    release.evidence("code/review", "pull.json", pullRequest(release));
    expect(await release.judged("code/review", [reviews])).toMatchObject(
      passed(/^2 commits since v1\.2\.2: #7 approved by berta$/),
    );
  });

  it("passes at a first release, from where the pull request begins", async () => {
    const release = new Release();
    release.repository.run("tag", "--delete", "v1.2.2");
    const base = release.head;
    release.change("a.js");
    release.evidence("code/review", "pull.json", pullRequest(release, { base }));
    expect(await release.judged("code/review", [reviews])).toMatchObject(passed(/^1 commits: #7/));
  });

  it.each(["ann", "emil", "Emil"])("fails when %s approved, whom git knows as an author or committer", async (by) => {
    const release = new Release();
    release.change("a.js", { author: "Emil <1+emil@users.noreply.github.com>" });
    release.evidence("code/review", "pull.json", pullRequest(release, { by }));
    expect(await release.judged("code/review", [reviews])).toMatchObject(failed(/wrote or committed part of it/));
  });

  it("fails when something was pushed after the approval", async () => {
    const release = new Release();
    const before = release.change("a.js");
    release.change("b.js");
    release.evidence("code/review", "pull.json", pullRequest(release, { commit: before }));
    expect(await release.judged("code/review", [reviews])).toMatchObject(failed(/before the last push/));
  });

  it("fails when something was committed after the pull request", async () => {
    const release = new Release();
    const head = release.change("a.js");
    release.change("b.js", { message: "After it" });
    release.evidence("code/review", "pull.json", pullRequest(release, { head }));
    expect(await release.judged("code/review", [reviews])).toMatchObject(failed(/1 of 2 commits .*After it/));
  });

  it("fails when something was pushed to the branch before it, past review", async () => {
    const release = new Release();
    const base = release.change("a.js", { message: "Straight to main" });
    release.change("b.js");
    release.evidence("code/review", "pull.json", pullRequest(release, { base }));
    expect(await release.judged("code/review", [reviews])).toMatchObject(failed(/1 of 2 commits .*Straight to main/));
  });

  it("fails when the reviews are recorded for another commit", async () => {
    const release = new Release();
    const before = release.change("a.js");
    release.change("b.js");
    release.evidence("code/review", "pull.json", pullRequest(release), before);
    expect(await release.judged("code/review", [reviews])).toMatchObject(failed(/is of commit/));
  });

  it("fails when the reviews were changed after they were recorded", async () => {
    const release = new Release();
    release.change("a.js");
    release.evidence("code/review", "pull.json", pullRequest(release, { by: "ann" }));
    release.repository.write("evidence/pull.json", JSON.stringify(pullRequest(release)));
    expect(await release.judged("code/review", [reviews])).toMatchObject(failed(/changed after it was recorded/));
  });
});

describe("code/review, of migration scripts", () => {
  const database = "database: { tool: sql, directory: ../db/migrations }";
  const owned = { CODEOWNERS: "* @everybody\n/shop/db/ @carla\n" };
  const make = (files: Record<string, string> = owned) => {
    const release = new Release(files, "shop");
    release.change("shop/db/migrations/2.sql");
    return release;
  };

  it("fails without one of their owners, in a project that is a folder of its repository", async () => {
    const release = make();
    release.evidence("code/review", "pull.json", pullRequest(release));
    expect(await release.judged("code/review", [reviews, database])).toMatchObject(
      failed(/shop\/db\/migrations\/2\.sql by none of @carla/),
    );
  });
  it("passes with one, and asks nothing when no script was changed", async () => {
    const release = make();
    release.evidence("code/review", "pull.json", pullRequest(release, { by: "carla" }));
    expect((await release.judged("code/review", [reviews, database])).verdict).toBe("pass");
    const other = new Release(owned, "shop");
    other.change("shop/server.js");
    other.evidence("code/review", "pull.json", pullRequest(other));
    expect((await other.judged("code/review", [reviews, database])).verdict).toBe("pass");
  });
  it("goes by the owners of the last release: nobody names their own with the change itself", async () => {
    const release = make();
    release.repository.write("CODEOWNERS", "* @berta\n");
    release.change("");
    release.evidence("code/review", "pull.json", pullRequest(release));
    expect(await release.judged("code/review", [reviews, database])).toMatchObject(failed(/by none of @carla/));
  });
});

describe("code/security-review", () => {
  const owners = { ".github/CODEOWNERS": "* @everybody\n# [Security]\n/auth/ @carla\n/keys/ @dora\n" };
  const own = named("code/security-review", "security.json");
  const review = (commit: string, reviewer = "@carla") => ({
    commit,
    reviewer,
    at: new Date().toISOString(),
    outcome: "passed",
    scope: "everything that is new",
  });

  it("passes by an owner's approval of the pull request that code/review has", async () => {
    const release = new Release(owners);
    release.change("auth/session.js");
    release.evidence("code/review", "pull.json", pullRequest(release, { by: "carla" }));
    expect(await release.judged("code/security-review", [reviews])).toMatchObject(
      passed(/by carla; 1 of 1 changed files/),
    );
  });
  it("passes by an owner's own review, recorded in a file", async () => {
    const release = new Release(owners);
    release.change("auth/session.js");
    release.evidence("code/security-review", "security.json", review(release.head));
    expect(await release.judged("code/security-review", [own])).toMatchObject(passed(/passed by @carla/));
  });
  it.each<[string, (release: Release) => void, string, RegExp]>([
    [
      "nobody of them approved",
      (it) => it.evidence("code/review", "pull.json", pullRequest(it)),
      reviews,
      /approved by berta, but by none/,
    ],
    [
      "the owner of another path did",
      (it) => it.evidence("code/review", "pull.json", pullRequest(it, { by: "dora" })),
      reviews,
      /auth\/session\.js by none of @carla/,
    ],
    [
      "their review is of another commit",
      (it) => it.evidence("code/security-review", "security.json", review("1".repeat(40))),
      own,
      /another commit/,
    ],
    ["there is no evidence", () => undefined, "features: [x]", /no evidence/],
  ])("fails when %s", async (_, record, line, reason) => {
    const release = new Release(owners);
    release.change("auth/session.js");
    record(release);
    const lines = line.startsWith("features") ? [] : [line];
    expect(await release.judged("code/security-review", lines)).toMatchObject(failed(reason));
  });
  it("fails where nobody is named for it, and says how to", async () => {
    const release = new Release();
    release.change("a.js");
    release.evidence("code/review", "pull.json", pullRequest(release));
    expect(await release.judged("code/security-review", [reviews])).toMatchObject(
      failed(/no CODEOWNERS file\): add a section/),
    );
  });
  it("fails when the section was taken out with the change itself", async () => {
    const release = new Release(owners);
    release.repository.write(".github/CODEOWNERS", "# [Security]\n* @berta\n");
    release.change("auth/session.js");
    release.evidence("code/review", "pull.json", pullRequest(release));
    expect(await release.judged("code/security-review", [reviews])).toMatchObject(
      failed(/none of its owners: @carla, @dora/),
    );
  });
});

describe("code/documentation, as it stands in the commit", () => {
  const files = { "CHANGELOG.md": "## v1.2.2\n- old\n", "docs/a.md": "old", "docs/b.md": "old" };
  const plan = (docs: string) => `evidence: { code/documentation: { docs: ${docs} } }`;
  const make = (entry = "## [1.2.3]\n- coupons\n\n## v1.2.2\n- old\n", given: Record<string, string> = files) => {
    const release = new Release(given);
    release.repository.write("CHANGELOG.md", entry);
    release.repository.write("docs/a.md", "new");
    release.change("a.js");
    return release;
  };

  it("passes with an entry and what was changed", async () => {
    expect(await make().judged("code/documentation", [plan("[../docs/a.md]")])).toMatchObject(
      passed(/^CHANGELOG\.md has "\[1\.2\.3\]" with 1 lines; changed: docs\/a\.md$/),
    );
  });
  it("passes with a reason instead", async () => {
    expect(
      await make().judged("code/documentation", ['evidence: { code/documentation: { reason: "only internals" } }']),
    ).toMatchObject(passed(/only internals/));
  });
  it.each<[string, string, RegExp]>([
    ["a file was not changed", "[../docs/a.md, ../docs/b.md]", /docs\/b\.md was not changed since v1\.2\.2/],
    ["a file is not there", "[../docs/c.md]", /docs\/c\.md is not in the released commit/],
    ["no file is named", "[]", /names no documentation/],
    ["a file lies outside of the project", "[../../a.md]", /leaves the project folder/],
  ])("fails when %s", async (_, docs, reason) => {
    expect(await make().judged("code/documentation", [plan(docs)])).toMatchObject(failed(reason));
  });
  it("fails when the entry lies about, but was not committed", async () => {
    const release = make("## v1.2.2\n- old\n");
    release.repository.write("CHANGELOG.md", "## v1.2.3\n- coupons\n");
    expect(await release.judged("code/documentation", [plan("[../docs/a.md]")])).toMatchObject(
      failed(/no entry of v1\.2\.3/),
    );
  });
  it("fails when the entry was committed after what is released", async () => {
    const release = make("## v1.2.2\n- old\n");
    const commit = release.head;
    release.repository.write("CHANGELOG.md", "## v1.2.3\n- coupons\n");
    release.change("b.js");
    expect(await release.judged("code/documentation", [plan("[../docs/a.md]")], { commit })).toMatchObject(
      failed(/no entry/),
    );
  });
  it("fails without a changelog", async () => {
    const release = new Release();
    release.change("a.js");
    expect(await release.judged("code/documentation")).toMatchObject(failed(/no CHANGELOG\.md/));
  });
});
