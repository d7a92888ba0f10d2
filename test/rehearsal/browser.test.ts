import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderRehearsalReport } from "../../rehearsal/report/rehearsalReport.ts";
import { openBrowser } from "./browser.ts";
import { emptyReport, fullReport, hostileReport } from "./reportData.ts";

let browser: Awaited<ReturnType<typeof openBrowser>>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "greenlight-report-"));
  writeFileSync(join(folder, "full.html"), renderRehearsalReport(fullReport()));
  writeFileSync(join(folder, "empty.html"), renderRehearsalReport(emptyReport));
  writeFileSync(join(folder, "hostile.html"), renderRehearsalReport(hostileReport()));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Seen {
  readonly page: Page;
  readonly complaints: string[];
  readonly asked: string[];
}

async function shown(name: string, width: number, work: (seen: Seen) => Promise<void>): Promise<void> {
  const page = await browser.context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on("console", (message) => void complaints.push(message.text()));
  page.on("pageerror", (error) => void complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => void asked.push(request.url()));
  try {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`file://${join(folder, `${name}.html`)}`);
    await work({ page, complaints, asked });
  } finally {
    await page.close();
  }
}

/** What reaches out of the page to the right, by its name. */
const tooWide = `[...document.querySelectorAll("body *")]
  .filter((it) => it.getClientRects().length > 0 && !it.closest("svg") && !it.closest("table.cards thead"))
  .filter((it) => it.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map((it) => it.tagName + " " + it.textContent.slice(0, 40))`;
const scrollsSideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth";

describe.each([375, 768, 1280])("the report at %i pixels", (width) => {
  it.each(["full", "hostile", "empty"])("fits without scrolling sideways (%s)", (name) =>
    shown(name, width, async ({ page }) => {
      expect(await page.evaluate(tooWide)).toEqual([]);
      expect(await page.evaluate(scrollsSideways)).toBe(false);
    }),
  );

  it("shows each chart once, large enough to read", () =>
    shown("full", width, async ({ page }) => {
      const charts = page.getByRole("img");
      expect(await charts.count()).toBe(3);
      for (const chart of await charts.all()) {
        const box = await chart.boundingBox();
        expect(box?.width).toBeGreaterThan(300);
        expect(box?.height).toBeGreaterThan(90);
        const text = await chart.locator("text").first().boundingBox();
        expect(text?.height).toBeGreaterThan(7);
      }
    }));

  it("asks for no other address and runs nothing", () =>
    shown("hostile", width, async ({ complaints, asked }) => {
      expect(complaints).toEqual([]);
      expect(asked.filter((url) => !url.startsWith("file://") && !url.startsWith("data:"))).toEqual([]);
    }));
});

describe("the report on paper", () => {
  it("takes two or three pages", () =>
    shown("full", 1280, async ({ page }) => {
      const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
      const pages = Number(/\/Type\s*\/Pages\b[^>]*?\/Count\s+(\d+)/s.exec(pdf.toString("latin1"))?.[1]);
      expect(pages).toBeGreaterThanOrEqual(2);
      expect(pages).toBeLessThanOrEqual(3);
    }));

  it("cuts nothing off at the right", () =>
    shown("full", 695, async ({ page }) => {
      await page.emulateMedia({ media: "print" });
      expect(await page.evaluate(tooWide)).toEqual([]);
    }));
});

describe("who cannot see the charts", () => {
  it("finds headings in order, and a description of each chart", () =>
    shown("full", 1280, async ({ page }) => {
      expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
      const sections = await page.getByRole("heading", { level: 2 }).allTextContents();
      expect(sections).toEqual([
        "Second by second",
        "Scenarios",
        "Verdicts",
        "What served at the end",
        "How it was run",
      ]);
      const labels = await page
        .getByRole("img")
        .evaluateAll((all) => all.map((it) => it.getAttribute("aria-label") ?? ""));
      for (const label of labels) expect(label).toMatch(/\d/);
    }));

  it.each(["light", "dark"] as const)("who sees little finds enough contrast (%s)", (colorScheme) =>
    shown("full", 1280, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      const poor = await page.evaluate(poorContrast);
      expect(poor).toEqual([]);
    }),
  );
});

/** Texts whose contrast with what lies behind them is under 4.5, by the formula of WCAG. */
const poorContrast = `(() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const rgba = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const behind = (it) => {
    for (let at = it; at !== null; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || (colour[3] ?? 0) > 0) return colour;
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter((it) => !it.closest("svg") && it.getClientRects().length > 0)
    .filter((it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ""))
    .map((it) => {
      const [a, b] = [light(rgba(getComputedStyle(it).color)), light(behind(it))];
      return [it.textContent.trim().slice(0, 30), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    })
    .filter(([, ratio]) => ratio < 4.5);
})()`;
