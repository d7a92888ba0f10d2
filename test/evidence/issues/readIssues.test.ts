import { describe, expect, it } from "vitest";
import { issuesSummary } from "../../../release/evidence/issues/issue.ts";
import {
  bugNames,
  isBug,
  otherKindNames,
  priorityNames,
  priorityOf,
} from "../../../release/evidence/issues/priorities.ts";
import { readIssues } from "../../../release/evidence/issues/readIssues.ts";
import { holdsToItsShape, sample, sampleJson } from "../readers.ts";

const read = (value: unknown, refs: string[] = []) => readIssues(Buffer.from(JSON.stringify(value)), refs);

const github = (over: object = {}) => ({
  number: 1,
  title: "A thing",
  state: "open",
  labels: [{ name: "bug" }, { name: "priority: low" }],
  html_url: "https://github.com/shop/shop/issues/1",
  ...over,
});

describe("exports of issues, of each tracker", () => {
  it.each([
    ["github/issues.json", "GitHub", 5, "#14", ["#12", "#13", "#14", "#99"]],
    ["jira/search.json", "Jira", 4, "SHOP-14", ["SHOP-12", "SHOP-13", "shop-14", "SHOP-99"]],
    ["linear/issues.json", "Linear", 4, "ENG-14", ["ENG-12", "ENG-13", "ENG-14", "ENG-99"]],
    ["linear/issues.csv", "Linear", 4, "ENG-14", ["ENG-12", "ENG-13", "ENG-14", "ENG-99"]],
  ])(
    "%s: counts issues and bugs, and finds what is done, dropped, open or not there",
    (path, tracker, issues, _, refs) => {
      const summary = readIssues(sample(path), refs);
      expect(summary).toMatchObject({ tracker, issues, severe: { count: 0 }, unranked: { count: 0 } });
      expect(summary.openBugs).toBe(tracker === "GitHub" ? 2 : 1);
      expect(summary.found).toEqual([
        { ref: refs[0], state: "done" },
        { ref: refs[1], state: "dropped" },
        { ref: refs[2], state: "open" },
      ]);
    },
  );

  it("of GitHub pass over pull requests, even those labelled as bugs", () => {
    expect(readIssues(sample("github/issues.json"), ["#7"]).found).toEqual([]);
  });

  it("of several repositories: an issue that is not done counts before one that is", () => {
    const other = { number: 12, title: "x", labels: [], html_url: "https://github.com/shop/api/issues/12" };
    const both = [
      { ...other, state: "closed", state_reason: "completed" },
      { ...other, state: "open", html_url: "https://github.com/shop/web/issues/12" },
    ];
    expect(read(both, ["#12", "shop/api#12", "12"]).found).toEqual([
      { ref: "#12", state: "open" },
      { ref: "shop/api#12", state: "done" },
      { ref: "12", state: "open" },
    ]);
  });
});

describe("an open bug", () => {
  it.each([
    ["critical", "severe"],
    ["priority: high", "severe"],
    ["Priority/Urgent", "severe"],
    ["🔥 P0", "severe"],
    ["severity:blocker", "severe"],
    ["sev-1", "severe"],
    ["HIGH", "severe"],
    ["prio-2", "severe"],
    ["medium", "ranked"],
    ["P3", "ranked"],
    ["severity: minor", "ranked"],
    ["help wanted", "unranked"],
    ["not so critical", "unranked"],
  ])("labelled %s is %s", (label, what) => {
    const it = read([github({ labels: [{ name: "Kind: Bug" }, label] })]);
    expect([it.openBugs, it.severe.count, it.unranked.count]).toEqual([
      1,
      what === "severe" ? 1 : 0,
      what === "unranked" ? 1 : 0,
    ]);
  });

  it("that says both low and critical is critical", () => {
    expect(read([github({ labels: ["bug", "low", "critical"] })]).severe).toEqual({ count: 1, first: ["#1 A thing"] });
  });
  it("may be one by its type alone", () => {
    expect(read([github({ labels: [], type: { name: "Bug" } })]).unranked.count).toBe(1);
  });
  it("is assumed where a high priority stands on an issue of no kind, but not on a feature", () => {
    expect(read([github({ labels: ["high"] })]).severe.count).toBe(1);
    expect(read([github({ labels: ["high", "enhancement"] })]).openBugs).toBe(0);
    expect(read([github({ labels: ["high", "enhancement", "bug"] })]).severe.count).toBe(1);
  });
  it("is told by its reference and title, the first five of many", () => {
    const many = Array.from({ length: 12 }, (_, index) => github({ number: index + 1, labels: ["bug", "critical"] }));
    const { severe } = read(many);
    expect(severe.count).toBe(12);
    expect(severe.first).toHaveLength(5);
  });
  it("that is closed counts no more", () => {
    expect(read([github({ state: "closed", labels: ["bug", "critical"] })])).toMatchObject({ open: 0, openBugs: 0 });
  });
});

describe("the table of priorities", () => {
  it("has each name once", () => {
    const names = Object.values(priorityNames).flat();
    expect(new Set(names).size).toBe(names.length);
    expect(bugNames.filter((it) => otherKindNames.includes(it))).toEqual([]);
  });
  it.each(Object.entries(priorityNames).flatMap(([priority, names]) => names.map((name) => [name, priority])))(
    "reads %s as %s",
    (name, priority) => {
      expect(priorityOf({ priorities: [name] })).toBe(priority);
    },
  );
  it("knows of no priority where none is set", () => {
    expect(priorityOf({ priorities: [] })).toBeUndefined();
    expect(priorityOf({ priorities: ["no priority", "none"] })).toBeUndefined();
    expect(isBug({ ref: "1", also: [], title: "", state: "open", kinds: [], priorities: [] })).toBe(false);
  });
});

describe("an export is refused", () => {
  const jira = sampleJson("jira/search.json");
  const linear = sampleJson("linear/issues.json");
  const csv = sample("linear/issues.csv").toString("utf8");
  const first = linear.data.issues.nodes[0];
  it.each<[string, unknown, RegExp]>([
    ["without any issue", [], /no issues at all/],
    ["of pull requests alone", [github({ pull_request: {} })], /no issues at all/],
    ["of exactly one page", Array(30).fill(github()), /exactly 30 issues/],
    ["of exactly one long page", Array(100).fill(github()), /--paginate --slurp/],
    ["with a state that GitHub does not have", [github({ state: "fine" })], /state is fine/],
    ["that is an error", { message: "Bad credentials" }, /no export of issues/],
    ["of the first page of Jira's search", { ...jira, total: 99 }, /4 of the 99 issues/],
    ["of Jira's newer search, not to its end", { issues: jira.issues, isLast: false }, /first of the search's pages/],
    ["with a token for a next page", { issues: jira.issues, isLast: true, nextPageToken: "x" }, /first of/],
    ["of Jira that does not say whether it is all", { issues: jira.issues }, /neither how many/],
    ["of Jira without states", { issues: [{ key: "A-1", fields: {} }], total: 1 }, /fields\.status/],
    ["of Linear with a next page", { nodes: [first], pageInfo: { hasNextPage: true } }, /first page/],
    ["of exactly one page of Linear", Array(50).fill(first), /exactly 50 issues/],
    ["with a state that Linear does not have", [{ ...first, state: { type: "fine" } }], /Linear does not have: fine/],
    ["of Linear without priorities", [{ ...first, priority: undefined }], /priority/],
  ])("%s", (_, value, reason) => {
    expect(() => read(value)).toThrow(reason);
  });
  it.each<[string, string, RegExp]>([
    ["that is another CSV", "a,b\n1,2\n", /no column ID, Title/],
    ["that is no export", "hello", /no export of Linear/],
    ["whose last row is cut short", csv.slice(0, csv.lastIndexOf('"Urgent"')), /cut short/],
    ["whose quotes do not end", csv.slice(0, csv.lastIndexOf("Basket") + 3), /cut short/],
    ["without a row", csv.slice(0, csv.indexOf("\r\n") + 2), /no issues at all/],
    ["that is empty", "", /JSON/],
  ])("as CSV %s", (_, text, reason) => {
    expect(() => readIssues(Buffer.from(text))).toThrow(reason);
  });
});

describe("pages of Jira", () => {
  it("are taken together", () => {
    const jira = sampleJson("jira/search.json");
    const [a, b, ...rest] = jira.issues;
    expect(
      read(
        [
          { issues: [a, b], isLast: false },
          { issues: rest, isLast: true },
        ],
        ["SHOP-14"],
      ),
    ).toMatchObject({
      issues: 4,
      found: [{ ref: "SHOP-14", state: "open" }],
    });
  });
});

describe("the reader of issues", () => {
  holdsToItsShape((bytes) => readIssues(bytes, ["#12", "SHOP-12", "ENG-12"]), issuesSummary, [
    "github/issues.json",
    "jira/search.json",
    "linear/issues.json",
    "linear/issues.csv",
  ]);
});
