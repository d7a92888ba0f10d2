import { run } from "../../cli/terminal/run.ts";

// A command that works until it is asked to stop; with `deaf` it goes on even then.
const deaf = process.argv[2] === "deaf";

process.exitCode = await run({
  options: { project: ".", json: false, yes: true, color: false },
  title: "patient",
  work: (reporter, signal) =>
    new Promise((_, reject) => {
      const busy = setInterval(() => {}, 1_000);
      reporter.tell({ kind: "step", text: "working" });
      if (deaf) return;
      signal.addEventListener("abort", () => {
        clearInterval(busy);
        reject(signal.reason);
      });
    }),
});
