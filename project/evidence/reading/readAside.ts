import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { spokenDuration } from "../../../release/duration.ts";
import { type Reading, readHere } from "./readers.ts";
import type { Answer } from "./thread.ts";

/** Reports from this size on are read in a thread of their own: below it, starting one takes longer. Bytes. */
export const asideFrom = 1024 * 1024;

/** Longest that one report may be read. Milliseconds. */
const longestMs = 25_000;

/** Memory that one thread may take: a report at the limits of its reader takes about 1 GB. MiB. */
const mostMemory = 1_536;

const mostThreads = Math.min(4, availableParallelism());

interface Job {
  readonly reading: Reading;
  readonly done: (answer: Answer) => void;
}

const waiting: Job[] = [];
const idle: Worker[] = [];
let threads = 0;

/**
 * Reads a report, a large one side by side with others, so that neither they nor whoever waits is held up.
 *
 * @throws Error with one sentence: what its reader says, or that it took too long or too much memory
 */
export async function readAside(reading: Reading): Promise<object> {
  if (reading.bytes.byteLength < asideFrom) return readHere(reading);
  const answer = await new Promise<Answer>((done) => {
    waiting.push({ reading, done });
    // The largest first: it is what everybody waits for in the end.
    waiting.sort((a, b) => b.reading.bytes.byteLength - a.reading.bytes.byteLength);
    next();
  });
  if ("summary" in answer) return answer.summary;
  throw new Error(answer.problem);
}

/** Starts the threads that so many large reports are going to be read in, so that they are there when the first is asked for. */
export function expectReports(count: number): void {
  while (threads < Math.min(count, mostThreads)) {
    const thread = started();
    thread.unref();
    idle.push(thread);
  }
}

function next(): void {
  const known = idle.pop();
  if (known !== undefined || threads < mostThreads) {
    const job = waiting.shift();
    if (job === undefined) {
      if (known !== undefined) idle.push(known);
      return;
    }
    work(known ?? started(), job);
  }
}

function started(): Worker {
  threads += 1;
  return new Worker(new URL("thread.cjs", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: mostMemory, maxYoungGenerationSizeMb: 128 },
    // What the process was started with belongs to its program, such as a profiler.
    execArgv: [],
  });
}

function work(thread: Worker, { reading, done }: Job): void {
  const end = (answer: Answer, state: "here" | "gone") => {
    clearTimeout(timer);
    thread.off("message", answered).off("error", broke).off("exit", ended);
    if (state === "here") {
      // A process that has nothing else to do does not wait for a thread that has nothing either.
      thread.unref();
      idle.push(thread);
    } else {
      threads -= 1;
      // An error of a thread that is given up is nobody's.
      thread.on("error", () => undefined);
      void thread.terminate();
    }
    done(answer);
    next();
  };
  const timer = setTimeout(
    () => end({ problem: `reading it took longer than ${spokenDuration(longestMs)}` }, "gone"),
    longestMs,
  );
  const answered = (answer: Answer) => end(answer, "here");
  const broke = (error: NodeJS.ErrnoException) => {
    const much = error.code === "ERR_WORKER_OUT_OF_MEMORY";
    const problem = much
      ? `reading it takes more than ${mostMemory} MiB of memory`
      : `it could not be read: ${error.message}`;
    end({ problem }, "gone");
  };
  const ended = () => end({ problem: "it could not be read: its thread ended" }, "gone");
  thread.on("message", answered).on("error", broke).on("exit", ended);
  thread.ref();
  const { buffer, byteLength } = reading.bytes;
  // Bytes that have their memory for themselves are handed over; a part of a larger one is copied.
  thread.postMessage(reading, buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []);
}
