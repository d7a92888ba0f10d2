import { mkdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { orderCommand } from "../../cli/commands/order.ts";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { withStackLock } from "../../cli/stackLock.ts";
import { Orders } from "../../cli/strategy/orders.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import { eventually } from "../processes.ts";
import { Project, settings } from "./project.ts";

const version = "v1.2.0";

describe("an order from another terminal", () => {
  let project: Project;
  beforeEach(() => {
    project = new Project({ prod: settings({ more: ["strategy: { kind: canary, canary: { stages: [10, 100] } }"] }) });
  });
  afterEach(() => project.remove());

  const options = () => ({ project: project.dir, stack: "prod", json: true, yes: true });
  const give = () => orderCommand({ ...options(), order: "abort" }, new AbortController().signal);

  /** While this process has the stack, as a release of it would. */
  function whileReleasing<T>(work: (journal: JournalFile, orders: Orders) => Promise<T>): Promise<T> {
    const context = openContext(options());
    mkdirSync(context.dir, { recursive: true });
    return withStackLock(context, `release ${version}`, async () => {
      const journal = new JournalFile(context);
      journal.append({ type: "release-started", version, manifestDigest: "d", live: "blue", liveVersion: "v1.0.0" });
      journal.append({ type: "phase-started", version, phase: "switch" });
      return work(journal, new Orders(context, version));
    });
  }

  it("is taken by a release between two of its steps", async () => {
    await whileReleasing(async (journal, orders) => {
      const giving = give();
      const given = await eventually("the order", async () => orders.read());
      journal.append({ type: "order", version, order: given.order, orderedBy: given.by, orderedAt: given.at });
      expect(await giving).toMatchObject({ exitCode: exitCodes.ok, json: { order: "abort", taken: true } });
    });
  });

  it("is refused once the last step has begun, and not left for a later release", async () => {
    await whileReleasing(async (journal, orders) => {
      journal.append({ type: "walk-over", version, to: "all" });
      await expect(give()).rejects.toMatchObject({
        exitCode: exitCodes.refused,
        message: expect.stringMatching(/is being given all of the traffic: there is no stage to abort/),
      });
      expect(orders.read()).toBeUndefined();
    });
  });

  it.each(["all", "back"] as const)(
    "that comes while the last step (%s) begins says that it was not taken",
    async (to) => {
      await whileReleasing(async (journal, orders) => {
        const giving = expect(give()).rejects.toMatchObject({
          exitCode: exitCodes.refused,
          message: expect.stringMatching(/there is no stage to abort[\s\S]*The order was not taken/),
        });
        await eventually("the order", async () => orders.read());
        journal.append({ type: "walk-over", version, to });
        await giving;
      });
    },
  );

  it("says that it was not taken by a release that ends meanwhile", async () => {
    let giving: Promise<void> | undefined;
    await whileReleasing(async (_, orders) => {
      giving = expect(give()).rejects.toThrow(/v1\.2\.0 has ended: there is no stage to abort/);
      await eventually("the order", async () => orders.read());
    });
    await giving;
  });
});
