import { z } from "zod";
import { durationExpected, readDuration } from "../duration.ts";

/** Scalars of a manifest are text as written: what is more than text is made of it here. */
const words = (expected: string, max = 300) =>
  z.string({ error: expected }).trim().min(1, expected).max(max, `at most ${max} characters`);
const path = words("a file, relative to the manifest", 1_000);
const files = z
  .array(path, { error: "a list of files, relative to the manifest" })
  .min(1, "at least one file")
  .max(50, "at most 50 files")
  .readonly();
const duration = z.string({ error: durationExpected }).transform((text, context) => {
  const milliseconds = readDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  context.addIssue({ code: "custom", message: durationExpected });
  return z.NEVER;
});
const number = (expected: string, least: number, most: number) =>
  z.string({ error: expected }).transform((text, context) => {
    const value = /^\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    context.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
const instant = z.iso.datetime({ offset: true, error: "a time with its zone, such as 2026-03-04T14:00:00+01:00" });

const byFiles = z.strictObject({ files }, { error: "{ files: [report.xml] }" }).readonly();
const tests = z
  .strictObject(
    {
      files,
      /** Skipped tests that are known, each with its reason; any other skipped test fails the item. */
      skipped: z
        .array(z.strictObject({ test: words("the test's name", 1_000), reason: words("why it is skipped") }))
        .max(200)
        .readonly()
        .default([]),
    },
    { error: "{ files: [report.xml], skipped: [{ test, reason }] }" },
  )
  .readonly();

/** Keys of a manifest's `evidence`, by item. What is left out has no evidence, and fails. */
const evidence = z
  .strictObject(
    {
      "code/features": byFiles.optional(),
      "code/review": byFiles.optional(),
      "code/security-review": byFiles.optional(),
      "code/bugs": byFiles.optional(),
      "code/documentation": z
        .strictObject({
          changelog: path.default("../CHANGELOG.md"),
          /** Files of the documentation that tell of this release. */
          docs: z.array(path).max(50).readonly().default([]),
          /** Why no documentation had to be touched. */
          reason: words("why no documentation had to be touched").optional(),
        })
        .readonly()
        .optional(),
      "tests/unit": tests.optional(),
      "tests/integration": tests.optional(),
      "tests/e2e": tests.optional(),
      "tests/performance": z
        .strictObject(
          {
            files,
            targets: z
              .strictObject(
                {
                  p95: duration.optional(),
                  p99: duration.optional(),
                  /** Share of failed requests, 0 to 1. */
                  errorRate: number("a share from 0 to 1, such as 0.01", 0, 1).default(0.01),
                  requests: number("a whole number of requests", 1, 1e12).default(1_000),
                  /** Requests a second. */
                  throughput: number("requests a second", 0, 1e9).optional(),
                },
                { error: "{ p95: 300ms, errorRate: 0.01, requests: 10000 }" },
              )
              .readonly()
              .refine((it) => it.p95 !== undefined || it.p99 !== undefined, "a target for p95 or p99"),
          },
          { error: "{ files: [summary.json], targets: { p95: 300ms } }" },
        )
        .readonly()
        .optional(),
      "tests/security": z
        .strictObject(
          {
            files,
            /** Findings that are known and taken, each until a day. */
            accepted: z
              .array(
                z.strictObject({
                  id: words("the finding's id, such as CVE-2026-1234"),
                  reason: words("why it is taken"),
                  by: words("who answers for it"),
                  until: instant,
                }),
              )
              .max(200)
              .readonly()
              .default([]),
          },
          { error: "{ files: [audit.json, semgrep.sarif], accepted: [{ id, reason, by, until }] }" },
        )
        .readonly()
        .optional(),
      "infrastructure/staging": byFiles.optional(),
      "infrastructure/staging-smoke": byFiles.optional(),
      "infrastructure/rollback": byFiles.optional(),
      "database/review": byFiles.optional(),
      "database/rollback-script": byFiles.optional(),
      "communication/on-call": byFiles.optional(),
    },
    { error: "files by checklist item, such as { tests/unit: { files: [report.xml] } }" },
  )
  .readonly();

/** Items that a manifest names evidence for. */
export const evidenceKeys: readonly string[] = Object.keys(evidence.unwrap().shape);

const recipients = z.array(words("a channel or a name")).max(50).readonly().default([]);

/** The checklist's part of a manifest. */
export const planShape = {
  /** References of the issues that this release closes, as the tracker writes them. */
  issues: z
    .array(words("an issue's reference, such as #12 or SHOP-12", 100), { error: "a list of references" })
    .max(200)
    .readonly()
    .default([]),
  evidence: evidence.default({}),
  /** How long the whole plan takes; the change window must be long enough for it. Milliseconds. */
  duration: duration.default(2 * 3_600_000),
  /** Whose calendar holds: a team of the stack's `greenlight:calendar`. */
  team: words("a team of greenlight:calendar", 63).optional(),
  communication: z
    .strictObject(
      { team: recipients, stakeholders: recipients },
      { error: "{ team: [#deploys], stakeholders: [sales] }" },
    )
    .readonly()
    .default({ team: [], stakeholders: [] }),
  onCall: z
    .strictObject(
      {
        name: words("who is on call"),
        /** When they said that they know of this release. */
        acknowledgedAt: instant.optional(),
      },
      { error: "{ name: …, acknowledgedAt: … }" },
    )
    .readonly()
    .optional(),
  /** A planned downtime; without one the release must be free of it. */
  downtime: z.strictObject({ from: instant, until: instant }, { error: "{ from: …, until: … }" }).readonly().optional(),
  overrides: z
    .array(
      z.strictObject(
        {
          item: words("an item, such as tests/e2e", 100),
          by: words("who asks"),
          approvedBy: words("who else approves"),
          approvedAt: instant,
          reason: words("why, in a sentence", 1_000).min(10, "why, in a sentence"),
          until: instant,
        },
        { error: "{ item, by, approvedBy, approvedAt, reason, until }" },
      ),
    )
    .max(50)
    .readonly()
    .default([]),
} as const;

const plan = z.object(planShape).readonly();
/** What a manifest says for its checklist, defaults filled in; durations in milliseconds, times as ISO text. */
export type ChecklistPlan = z.output<typeof plan>;
/** Options of one item. */
export type EvidencePlan = ChecklistPlan["evidence"];
