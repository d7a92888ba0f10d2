import { parentPort } from "node:worker_threads";
import { sentence } from "../../../release/problem.ts";
import { type Reading, readHere } from "./readers.ts";

/** What a thread says of a report. */
export type Answer = { readonly summary: object } | { readonly problem: string };

parentPort?.on("message", (reading: Reading) => {
  readHere(reading).then(
    (summary) => parentPort?.postMessage({ summary } satisfies Answer),
    (error: unknown) => parentPort?.postMessage({ problem: sentence(error) } satisfies Answer),
  );
});
