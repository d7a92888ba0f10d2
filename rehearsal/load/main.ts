/** The load process: answers its parent's calls over IPC, and ends with its parent. */
import { Generator } from "./generator.ts";
import { checkLoadOptions } from "./options.ts";
import { type Call, call, type Reply, refusal } from "./protocol.ts";

let generator: Generator | undefined;

async function answer(asked: Call): Promise<unknown> {
  if (asked.type === "start") {
    if (generator !== undefined) throw new Error("The load has started already");
    generator = new Generator(checkLoadOptions(asked.options));
    return null;
  }
  if (generator === undefined) throw new Error("The load has not started");
  switch (asked.type) {
    case "mark":
      mustStillSend(generator);
      return generator.mark(asked.name);
    case "window":
      if (asked.to === undefined) mustStillSend(generator);
      return generator.window(asked.from, asked.to);
    case "timeline":
      return generator.timeline();
    case "stop":
      return await generator.stop();
  }
}

/** Else silence after a limit would look like traffic without failures. */
function mustStillSend({ endedBy }: Generator): void {
  if (endedBy !== undefined) throw new Error(`The load has ended: ${endedBy}`);
}

process.on("message", (message) => {
  const asked = call.parse(message);
  void answer(asked)
    .then((value): Reply => ({ id: asked.id, ok: true, value }))
    .catch((error: unknown) => refusal(asked.id, error))
    .then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole foreground group; it is the parent who says when to stop.
process.on("SIGINT", () => undefined);

if (process.send === undefined) {
  process.stderr.write("This process is started by rehearsal/load/client.ts.\n");
  process.exit(2);
}
