import { setTimeout as pause } from "node:timers/promises";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { recordsUnderWay } from "../../release/schedule.ts";
import { type GlobalOptions, openContext } from "../context.ts";
import { JournalFile } from "../journal/journalFile.ts";
import type { CommandResult } from "../result.ts";
import { holderNow } from "../stackLock.ts";
import { type GivenOrder, type OrderName, Orders } from "../strategy/orders.ts";

export interface OrderOptions extends GlobalOptions {
  readonly order: OrderName;
}

export interface OrderResult extends GivenOrder {
  readonly ok: boolean;
  /** Whether the release has taken it; it does between two of its steps. */
  readonly taken: boolean;
}

/** How long the command waits until the release has taken its order. Milliseconds. */
const takenWithin = 20_000;

const means: Readonly<Record<OrderName, string>> = {
  pause: "it stays at its share until `greenlight resume`; a no-go still goes back",
  resume: "it goes on",
  promote: "it goes to 100 % without waiting for bakes and verdicts",
  abort: "traffic goes back to what served before",
};

/**
 * Gives an order to the release that another process walks. Refused where none is under way: then nobody would follow it.
 *
 * @throws Problem with exit code 3 where no release of the stack is walking
 */
export async function orderCommand(options: OrderOptions, signal: AbortSignal): Promise<CommandResult<OrderResult>> {
  const context = openContext(options);
  const { order } = options;
  const journal = new JournalFile(context);
  const [started] = recordsUnderWay(journal.read().records);
  const holder = holderNow(context);
  if (started === undefined || holder === undefined || holder.doing !== `release ${started.version}`) {
    throw new Problem({
      happened: `No release is under way that \`greenlight ${order}\` could reach.`,
      where: context.stackFile.path,
      untouched: "Nothing was changed.",
      next:
        order === "abort"
          ? "`greenlight rollback` takes traffic back"
          : "`greenlight release <version>` goes on with a release that was cut off",
      exitCode: exitCodes.refused,
    });
  }
  const promoted = recordsUnderWay(journal.read().records).some(({ type }) => type === "switch");
  if (promoted || context.settings().strategy.kind === "blue-green") {
    throw new Problem({
      happened: promoted
        ? `${started.version} has all of the traffic already: there is no stage to ${order}.`
        : `${started.version} is released all at once: there are no stages to ${order}.`,
      untouched: "Nothing was changed.",
      next: "stop the release with Ctrl-C and run `greenlight rollback`, or let it finish",
      exitCode: exitCodes.refused,
    });
  }
  const given = new Orders(context, started.version).give(order, context.by);
  const taken = await isTaken(journal, given, signal);
  return {
    exitCode: exitCodes.ok,
    json: { ok: true, ...given, taken },
    text: taken
      ? `${started.version}: ${order}; ${means[order]}.`
      : `${started.version} has the order to ${order}, and takes it when its present step is done: ${means[order]}.`,
  };
}

async function isTaken(journal: JournalFile, given: GivenOrder, signal: AbortSignal): Promise<boolean> {
  const until = Date.now() + takenWithin;
  while (Date.now() < until) {
    const { records } = journal.read();
    if (records.some((it) => it.type === "order" && it.orderedAt === given.at && it.order === given.order)) return true;
    await pause(200, undefined, { signal });
  }
  return false;
}
