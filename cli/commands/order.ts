import { setTimeout as pause } from "node:timers/promises";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { recordsUnderWay } from "../../release/schedule.ts";
import { type WalkEnd, walkEnd } from "../../release/strategy/walkEnd.ts";
import { type Context, type GlobalOptions, openContext } from "../context.ts";
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

const stopIt = "stop the release with Ctrl-C and run `greenlight rollback`, or let it finish";

const ends: Readonly<Record<WalkEnd, string>> = {
  "has all": "has all of the traffic already",
  "gets all": "is being given all of the traffic",
  "goes back": "is going back already",
};

const means: Readonly<Record<OrderName, string>> = {
  pause: "it stays at its share until `greenlight resume`; a no-go still goes back",
  resume: "it goes on",
  promote: "it goes to 100 % without waiting for bakes and verdicts",
  abort: "traffic goes back to what served before",
};

/**
 * Gives an order to the release that another process walks. Refused where none is under way or its last step has begun: then nobody
 * would follow it.
 *
 * @throws Problem with exit code 3 where no release of the stack takes orders, or it stopped taking them while this one waited
 */
export async function orderCommand(options: OrderOptions, signal: AbortSignal): Promise<CommandResult<OrderResult>> {
  const context = openContext(options);
  const { order } = options;
  const journal = new JournalFile(context);
  const underWay = recordsUnderWay(journal.read().records);
  const [started] = underWay;
  const holder = holderNow(context);
  if (started === undefined || holder === undefined || holder.doing !== releasing(started.version)) {
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
  const { version } = started;
  if (context.settings().strategy.kind === "blue-green") {
    throw new Problem({
      happened: `${version} is released all at once: there are no stages to ${order}.`,
      untouched: "Nothing was changed.",
      next: stopIt,
      exitCode: exitCodes.refused,
    });
  }
  const over = walkEnd(underWay);
  if (over !== undefined) throw tooLate(version, order, over);
  const given = new Orders(context, version).give(order, context.by);
  const taken = await isTaken(context, journal, given, signal);
  return {
    exitCode: exitCodes.ok,
    json: { ok: true, ...given, taken },
    text: taken
      ? `${version}: ${order}; ${means[order]}.`
      : `${version} has the order to ${order}, and takes it when its present step is done: ${means[order]}.`,
  };
}

/** @throws Problem when the walk ended without it */
async function isTaken(
  context: Context,
  journal: JournalFile,
  given: GivenOrder,
  signal: AbortSignal,
): Promise<boolean> {
  const { version, order } = given;
  const until = Date.now() + takenWithin;
  while (Date.now() < until) {
    // Before the journal is read: whoever ended after that has written down what was taken.
    const goesOn = holderNow(context)?.doing === releasing(version);
    const { records } = journal.read();
    if (records.some((it) => it.type === "order" && it.orderedAt === given.at && it.order === order)) return true;
    const over = walkEnd(recordsUnderWay(records));
    if (over !== undefined || !goesOn) throw tooLate(version, order, over);
    await pause(200, undefined, { signal });
  }
  return false;
}

function tooLate(version: string, order: OrderName, over: WalkEnd | undefined): Problem {
  return new Problem({
    happened: `${version} ${over === undefined ? "has ended" : ends[over]}: there is no stage to ${order}.`,
    untouched: "The order was not taken.",
    next: over === "has all" || over === "gets all" ? stopIt : "`greenlight status` shows what serves",
    exitCode: exitCodes.refused,
  });
}

function releasing(version: string): string {
  return `release ${version}`;
}
