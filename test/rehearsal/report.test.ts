import { describe, expect, it } from "vitest";
import { escapeHtml } from "../../rehearsal/report/html.ts";
import { pointsOf, thinned } from "../../rehearsal/report/points.ts";
import { renderRehearsalReport } from "../../rehearsal/report/rehearsalReport.ts";
import { emptyReport, fullReport, hostileReport, hostileText } from "./reportData.ts";

const pages = {
  full: renderRehearsalReport(fullReport()),
  empty: renderRehearsalReport(emptyReport),
  hostile: renderRehearsalReport(hostileReport()),
};
const names = Object.keys(pages) as (keyof typeof pages)[];

describe("the report", () => {
  it.each(names)("is one document that reaches for nothing outside itself (%s)", (name) => {
    const page = pages[name];
    expect(page.startsWith("<!doctype html>")).toBe(true);
    // What is left of a tag that would load or run something, once escaped text is taken out.
    expect(page).not.toMatch(/<(script|img|iframe|object|embed|audio|video|base|form)\b/i);
    expect(page.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\s(src|srcset|action|on\w+)=/i);
    expect(page.match(/<link\b[^>]*>/g)).toEqual(['<link rel="icon" href="data:,">']);
    expect(page.match(/href="(?!data:,")[^"]*"/g)).toBeNull();
    expect(page).not.toMatch(/@import|@font-face|url\((?!#)/);
    expect(page).toContain("default-src &#39;none&#39;");
  });

  it.each(names)("closes what it opens (%s)", (name) => {
    const opened = (tag: string) => pages[name].match(new RegExp(`<${tag}[ >]`, "g"))?.length ?? 0;
    const closed = (tag: string) => pages[name].match(new RegExp(`</${tag}>`, "g"))?.length ?? 0;
    for (const tag of ["html", "body", "main", "section", "table", "tr", "svg", "style", "figure", "dl", "ol"]) {
      expect([tag, opened(tag)]).toEqual([tag, closed(tag)]);
    }
  });

  it("shows nothing of a hostile text as markup, and all of it as text", () => {
    expect(pages.hostile).not.toContain("<script>alert(1)");
    expect(pages.hostile).not.toContain("</style></svg>");
    expect(pages.hostile).toContain(escapeHtml("<script>alert(1)</script>"));
    expect(pages.hostile).not.toContain(hostileText);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(pages.hostile).not.toMatch(/[\u0000\u202e]/);
  });

  it("tells the figures, the scenarios and what was judged", () => {
    const { full } = pages;
    for (const text of ["145,600", "7.3 ms", "65 ms", "912 MB", "1 of 7 scenarios did not end as expected"]) {
      expect(full).toContain(text);
    }
    for (const { title } of fullReport().summary.scenarios) expect(full).toContain(escapeHtml(title));
    expect(full).toContain("No-go after 5.1 s");
    expect(full).toContain("blue v1.3.0 serves 100 %.");
    expect(full).toContain("<code>greenlight status</code>");
  });

  it("draws traffic, errors and response times for wide and narrow pages, each described in words", () => {
    const labels = [...pages.full.matchAll(/<svg class="(wide|narrow)" role="img" aria-label="([^"]+)"/g)];
    expect(labels.map(([, size]) => size)).toEqual(["wide", "narrow", "wide", "narrow", "wide", "narrow"]);
    expect(labels[0]?.[2]).toContain("blue v1.0.0, blue v1.2.0, green v1.1.0, nobody");
    expect(labels[2]?.[2]).toContain("threshold 1 %");
    expect(labels[4]?.[2]).toContain("threshold 2 s");
    expect(pages.full).toContain("no-go over 2 s");
  });

  it("says so when nothing was played", () => {
    expect(pages.empty).toContain("Nothing was rehearsed");
    expect(pages.empty).toContain("No traffic was measured");
    expect(pages.empty).not.toContain("<svg");
    expect(pages.empty).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it("never praises a run that is not whole", () => {
    const it = fullReport({ ok: false });
    const good = {
      ...it,
      summary: { ...it.summary, scenarios: it.summary.scenarios.map((one) => ({ ...one, ok: true })) },
    };
    expect(renderRehearsalReport(good)).toContain("The rehearsal is not whole");
  });
});

describe("the charts' points", () => {
  const part = {
    failures: {},
    p50Ms: 1,
    p99Ms: 1,
    maxMs: 1,
    firstAnswerAt: 0,
    lastAnswerAt: 0,
    firstSentAt: 0,
    lastSentAt: 0,
  };
  const bucket = {
    at: 1000,
    parts: [
      { ...part, service: "api", environment: "blue", version: "v1", requests: 10, failed: 1, p95Ms: 5 },
      { ...part, service: "web", environment: "blue", version: "v1", requests: 20, failed: 0, p95Ms: 9 },
      { ...part, service: "web", environment: "unknown", version: "unknown", requests: 3, failed: 3, p95Ms: null },
    ],
  };

  it("take the services of a version together, the slower one's percentile first", () => {
    expect(pointsOf([bucket])).toEqual([
      {
        at: 1000,
        seconds: 1,
        answered: [
          { environment: "blue", version: "v1", requests: 30, failed: 1, p95Ms: 9 },
          { environment: undefined, version: "unknown", requests: 3, failed: 3, p95Ms: null },
        ],
      },
    ]);
  });

  it("lose no request when they are thinned", () => {
    const points = pointsOf(Array.from({ length: 1001 }, (_, index) => ({ ...bucket, at: index * 1000 })));
    const fewer = thinned(points, 100);
    const requests = (of: typeof points) => of.flatMap((it) => it.answered).reduce((sum, it) => sum + it.requests, 0);
    expect(fewer.length).toBeLessThanOrEqual(100);
    expect(requests(fewer)).toBe(requests(points));
    expect(fewer.reduce((sum, it) => sum + it.seconds, 0)).toBe(1001);
  });
});
