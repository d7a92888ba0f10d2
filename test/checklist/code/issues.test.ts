import { describe, expect, it } from "vitest";
import { bugs } from "../../../release/checklist/items/code/bugs.ts";
import { features } from "../../../release/checklist/items/code/features.ts";
import type { IssuesSummary } from "../../../release/evidence/issues/issue.ts";
import { file, refusedFiles, verdictOf } from "../judgedItem.ts";

const none = { count: 0, first: [] };
const issues = (over: Partial<IssuesSummary> = {}): IssuesSummary => ({
  tracker: "GitHub",
  issues: 40,
  open: 9,
  openBugs: 3,
  severe: none,
  unranked: none,
  found: [{ ref: "#12", state: "done" }],
  ...over,
});

describe("code/bugs", () => {
  it("passes when no open bug is critical or high and each has a priority", () => {
    expect(verdictOf(bugs, { files: [file(issues())] })).toMatchObject({
      verdict: "pass",
      reason: "3 open bugs, none critical or high, in 40 issues of GitHub",
    });
  });
  it.each<[string, object[], RegExp]>([
    ["there is no export", [], /there is no evidence/],
    [
      "one bug is critical",
      [file(issues({ severe: { count: 1, first: ["#4 Basket empty"] } }))],
      /1 critical or high: #4 Basket empty/,
    ],
    [
      "one has no priority",
      [file(issues({ unranked: { count: 2, first: ["#5 Odd", "#6 Odder"] } }))],
      /2 without a priority: #5 Odd, #6 Odder/,
    ],
    [
      "one of two exports has one",
      [file(issues()), file(issues({ severe: { count: 1, first: ["#4 x"] } }))],
      /of 6 open bugs 1 critical/,
    ],
    ["what was gathered is malformed", [file({ ...issues(), severe: 0 })], /not what they should be/],
  ])("fails when %s", (_, files, reason) => {
    expect(verdictOf(bugs, { files })).toMatchObject({ verdict: "fail", reason: expect.stringMatching(reason) });
  });
  it.each(refusedFiles)("fails when the export %s", (_, over, reason) => {
    expect(verdictOf(bugs, { files: [file(issues(), over)] })).toMatchObject({
      verdict: "fail",
      reason: expect.stringMatching(reason),
    });
  });
  it("fails when the export is a week and an hour old, not before", () => {
    const at = (time: string) =>
      verdictOf(bugs, { files: [file(issues(), { at: time })] }, { committedAt: "2026-02-01T12:00:00Z" });
    expect(at("2026-02-25T12:00:00Z").verdict).toBe("pass");
    expect(at("2026-02-25T11:00:00Z").reason).toMatch(/169 h old; at most 168 h/);
  });
});

describe("code/features", () => {
  const facts = (over: object = {}) => ({ features: 2, issues: ["#12"], files: [file(issues())], ...over });

  it("passes when every issue that the manifest refers to is done", () => {
    expect(verdictOf(features, facts())).toMatchObject({
      verdict: "pass",
      reason: "2 features are named, and all 1 issues are done",
    });
  });
  it("passes on features alone when the manifest refers to no issue, and says so", () => {
    expect(verdictOf(features, facts({ issues: [], files: [] }))).toMatchObject({
      verdict: "pass",
      reason: "2 features are named, and no issue is referred to",
    });
  });
  it.each<[string, object, RegExp]>([
    ["the manifest names no feature", { features: 0 }, /names no feature/],
    ["there is no export of the issues", { files: [] }, /no evidence/],
    [
      "an issue is open",
      { files: [file(issues({ found: [{ ref: "#12", state: "open" }] }))] },
      /1 of 1 issues are not done: #12 is open/,
    ],
    [
      "an issue was dropped",
      { files: [file(issues({ found: [{ ref: "#12", state: "dropped" }] }))] },
      /closed without being done/,
    ],
    ["an issue is not in the export", { issues: ["#12", "#13"] }, /#13 is not in the export/],
    [
      "it is done in one export and open in another",
      { files: [file(issues()), file(issues({ found: [{ ref: "#12", state: "open" }] }))] },
      /#12 is open/,
    ],
  ])("fails when %s", (_, over, reason) => {
    expect(verdictOf(features, facts(over))).toMatchObject({ verdict: "fail", reason: expect.stringMatching(reason) });
  });
  it.each(refusedFiles)("fails when the export %s", (_, over, reason) => {
    expect(verdictOf(features, facts({ files: [file(issues(), over)] })).reason).toMatch(reason);
  });
});
