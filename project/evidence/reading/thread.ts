import { parentPort } from "node:worker_threads";
import { sentence } from "../../../release/problem.ts";
import { type Reading, readHere } from "./readers.ts";

/** What a thread says of a report. */
export type Answer = { readonly summary: object } | { readonly problem: string };

async function answerTo(reading: Reading): Promise<Answer> {
  try {
    return { summary: await readHere(reading) };
  } catch (error) {
    return { problem: sentence(error) };
  }
}

parentPort?.on("message", async (reading: Reading) => parentPort?.postMessage(await answerTo(reading)));
