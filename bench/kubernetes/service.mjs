// What runs in place of the image of every contender's pods: it lives as the shop's services do, and takes its time for an answer.
import { setTimeout as pause } from "node:timers/promises";
import { runService } from "../../examples/shop/service/service.js";

runService("app", ({ version }) => ({
  async handle() {
    await pause(20);
    return { status: 200, type: "text/plain; charset=utf-8", body: `${version}\n` };
  },
  healthy: async () => ({ status: "ok" }),
  close: async () => undefined,
}));
