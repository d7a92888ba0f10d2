import { Command } from "commander";
import type { OrderName } from "../strategy/orders.ts";
import { globals } from "./globals.ts";
import { examples } from "./help.ts";
import type { Run } from "./run.ts";

const descriptions: Readonly<Record<OrderName, string>> = {
  pause: "keep the release that is under way at its share; a no-go still goes back",
  resume: "let a paused release go on",
  promote: "take the release to 100 % without waiting for bakes and verdicts",
  abort: "take the release's traffic back to what served before",
};

/** Adds the orders to a release that another terminal walks. */
export function addOrders(add: (command: Command) => Command, run: (it: Run) => Promise<void>): void {
  for (const order of Object.keys(descriptions) as OrderName[]) {
    add(new Command(order))
      .description(descriptions[order])
      .addHelpText("after", examples(`greenlight ${order}`))
      .action(async (_own, command: Command) => {
        const options = globals(command);
        await run({
          options,
          work: async (_reporter, signal) =>
            (await import("../commands/order.ts")).orderCommand({ ...options, order }, signal),
        });
      });
  }
}
