import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { withFigures } from "../../bench/document.ts";
import { figure } from "../../bench/figure.ts";

const measured = {
  figures: [
    figure({
      name: "failed-requests",
      title: "Failed requests",
      value: 0,
      unit: "requests",
      limit: { kind: "at most", value: 0 },
      how: "of 200,000",
    }),
    figure({
      name: "ratio",
      title: "Switch | no-op",
      value: 1.72,
      unit: "times",
      limit: { kind: "at most", value: 1.5 },
      how: "9 pairs",
    }),
  ],
  machine: { cores: 2, memoryGiB: 8, system: "Linux 6 x64", versions: { node: "20.20.2", pulumi: "v3.259.0" } },
  at: new Date("2026-05-04T03:02:01Z"),
  command: "npm run bench",
};

const compared = figure({
  name: "kubernetes-comparison",
  title: "Failed requests beside others",
  value: 0,
  unit: "requests",
  limit: { kind: "at most", value: 0 },
  how: "of 900",
  table: {
    columns: ["who", "how fast"],
    rows: [
      ["ours", "**12 ms**"],
      ["a | b", "13 ms"],
    ],
  },
});

describe("docs/performance.md", () => {
  test("has a place for the figures", () => {
    const document = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
    expect(withFigures(document, measured)).toContain(
      "| Failed requests | **0 requests** | at most 0 requests | holds |",
    );
  });

  test("has a place for the table of the comparison with others", () => {
    const document = readFileSync(new URL("../../docs/performance.md", import.meta.url), "utf8");
    expect(withFigures(document, { ...measured, figures: [compared] })).toContain("| ours | **12 ms** |");
  });
});

describe("writing figures into a document", () => {
  const document = "# Title\n\n<!-- figures -->\nlast year\n<!-- /figures -->\n\nText of a person.\n";

  test("replaces what stands between the markers and nothing else", () => {
    const written = withFigures(document, measured);
    expect(written).toMatch(/^# Title\n\n<!-- figures -->\n/);
    expect(written).toMatch(/\n<!-- \/figures -->\n\nText of a person\.\n$/);
    expect(written).not.toContain("last year");
  });

  test("says when, how and on what machine", () => {
    expect(withFigures(document, measured)).toContain(
      "The machine: 2 cores, 8 GiB, Linux 6 x64; node 20.20.2, pulumi 3.259.0.",
    );
    expect(withFigures(document, measured)).toContain("| of 200,000 | 2026-05-04, `npm run bench` |");
  });

  test("says of each figure whether it holds; a missed one stands out", () => {
    const written = withFigures(document, measured);
    expect(written).toContain("| Failed requests | **0 requests** | at most 0 requests | holds | of 200,000 |");
    expect(written).toContain("| Switch \\| no-op | **1.72 ×** | at most 1.5 × | **missed** | 9 pairs |");
  });

  test("replaces only the rows of what was measured, each with its own day and command", () => {
    const again = {
      ...measured,
      figures: measured.figures.slice(1),
      at: new Date("2026-06-01"),
      command: "npm run bench -- --only ratio",
    };
    const written = withFigures(withFigures(document, measured), again);
    expect(written).toContain("| of 200,000 | 2026-05-04, `npm run bench` |");
    expect(written).toContain("| 9 pairs | 2026-06-01, `npm run bench -- --only ratio` |");
    expect(written.match(/Switch/g)).toHaveLength(1);
  });

  test("done twice is the same as done once", () => {
    const once = withFigures(document, measured);
    expect(withFigures(once, measured)).toBe(once);
  });

  test.each(["# Title\n", "<!-- figures -->\n", "<!-- /figures --> <!-- figures -->"])(
    "is refused where a marker is missing: %j",
    (text) => {
      expect(() => withFigures(text, measured)).toThrow(/no place for the figures/);
    },
  );

  describe("whose figure has a table of its own", () => {
    const place = "<!-- table kubernetes-comparison -->\nlast year\n<!-- /table kubernetes-comparison -->\n";

    test("puts it into its own place, with the day and the command", () => {
      const written = withFigures(`${document}${place}The end.\n`, { ...measured, figures: [compared] });
      expect(written).toContain("| Failed requests beside others | **0 requests** |");
      expect(written).toContain(
        [
          "<!-- table kubernetes-comparison -->",
          "",
          "Measured on 2026-05-04 by `npm run bench`.",
          "",
          "| who | how fast |",
          "|---|---|",
          "| ours | **12 ms** |",
          "| a \\| b | 13 ms |",
          "",
          "<!-- /table kubernetes-comparison -->",
          "The end.",
        ].join("\n"),
      );
    });

    test("leaves the table of a figure that was not measured", () => {
      expect(withFigures(`${document}${place}`, measured)).toContain(place);
    });

    test("is refused where it has no place", () => {
      expect(() => withFigures(document, { ...measured, figures: [compared] })).toThrow(
        /no place for the table of kubernetes-comparison/,
      );
    });
  });
});
