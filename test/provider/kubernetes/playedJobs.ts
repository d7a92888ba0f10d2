import type { ApiServer, Kind } from "./apiServer.ts";

/** How a Job of a test goes: what it prints, without which its log cannot be read, and the exit code that it ends with; without one it goes on. */
export interface Course {
  readonly prints?: string;
  readonly exitCode?: number;
  /** Container that runs before its own and fails with that code in its place. */
  readonly failsBefore?: string;
}

/** The cluster starts a pod for each Job that is created, and says how it ends. */
export class PlayedJobs {
  readonly #server: ApiServer;
  readonly #container: string;
  readonly #courses: Readonly<Record<string, Course>>;

  /** @param courses by names of Jobs; they may be changed at any time */
  constructor(server: ApiServer, container: string, courses: Readonly<Record<string, Course>>) {
    this.#server = server;
    this.#container = container;
    this.#courses = courses;
    server.previousLogs = false;
    server.onChanged = (verb, kind, name) => this.#play(verb, kind, name);
  }

  finish(name: string, well: boolean): void {
    const known = this.#server.get("jobs", name);
    if (known === undefined) throw new Error(`there is no Job ${name}`);
    const condition = well
      ? { type: "Complete", status: "True", reason: "CompletionsReached" }
      : {
          type: "Failed",
          status: "True",
          reason: "BackoffLimitExceeded",
          message: "Job has reached the backoff limit",
        };
    const completionTime = new Date().toISOString();
    this.#server.put("jobs", { ...known, status: { conditions: [condition], ...(well ? { completionTime } : {}) } });
  }

  #play(verb: "create" | "delete", kind: Kind, name: string): void {
    if (kind !== "jobs") return;
    const pod = `${name}-x1`;
    if (verb === "delete") {
      this.#server.remove("pods", pod);
      return;
    }
    const course = this.#courses[name];
    if (course === undefined) throw new Error(`nobody said how the Job ${name} goes`);
    const { prints, exitCode, failsBefore } = course;
    delete this.#server.logs[pod];
    if (prints !== undefined) this.#server.logs[pod] = prints;
    const state =
      exitCode === undefined
        ? { running: {} }
        : { terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error" } };
    this.#server.put("pods", {
      metadata: {
        name: pod,
        labels: this.#server.get("jobs", name)?.metadata.labels ?? {},
        creationTimestamp: new Date().toISOString(),
      },
      status:
        failsBefore === undefined
          ? { containerStatuses: [{ name: this.#container, state }] }
          : {
              initContainerStatuses: [{ name: failsBefore, state }],
              containerStatuses: [{ name: this.#container, state: { waiting: { reason: "PodInitializing" } } }],
            },
    });
    if (exitCode !== undefined) this.finish(name, exitCode === 0);
  }
}
