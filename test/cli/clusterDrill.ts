import { drillSnapshotCommand } from "../../cli/commands/drillSnapshot.ts";
import { openContext } from "../../cli/context.ts";
import { JournalFile } from "../../cli/journal/journalFile.ts";
import { settings } from "../components/kubernetes/shop.ts";
import { ApiServer } from "../provider/kubernetes/apiServer.ts";
import { type Course, PlayedJobs } from "../provider/kubernetes/playedJobs.ts";
import { Project } from "./project.ts";
import { Told } from "./told.ts";

/** Name of the Job that drills. */
export const drillJob = "shop-drill";

/** `greenlight drill snapshot` in a project whose cluster is a server of ours, and whose Jobs go as a test says. */
export class ClusterDrill {
  readonly server: ApiServer;
  readonly told = new Told();
  /** How Jobs go, by their names. */
  readonly courses: Record<string, Course> = {};
  readonly #word: string;
  #project: Project | undefined;

  private constructor(server: ApiServer, container: string, word: string) {
    this.server = server;
    this.#word = word;
    new PlayedJobs(server, container, this.courses);
  }

  /**
   * @param container name of the container of every Job
   * @param word that begins the line by which the drill's Job says how it ended
   */
  static async open(container: string, word: string): Promise<ClusterDrill> {
    return new ClusterDrill(await ApiServer.start(), container, word);
  }

  /** The stack has this database. */
  stack(database: object | undefined): void {
    this.#project?.remove();
    const kubernetes = { ...settings.kubernetes, kubeconfig: this.server.kubeconfig, database };
    const all = Object.entries({ ...settings, kubernetes });
    this.#project = new Project({
      prod: `config:\n${all.map(([key, it]) => `  shop:${key}: ${JSON.stringify(it)}`).join("\n")}\n`,
    });
  }

  drill(more: object = {}, signal = new AbortController().signal) {
    return drillSnapshotCommand({ ...this.#options, ...more }, this.told, signal);
  }

  /** What the drill's Job says at its end, its exit code, and what it prints before. */
  ends(said: object, exitCode = 1, before = ""): void {
    this.courses[drillJob] = { prints: `${before}${this.#word} ${JSON.stringify(said)}\n`, exitCode };
  }

  get journal() {
    return new JournalFile(openContext(this.#options)).read().records;
  }

  get #options() {
    const project = this.#project?.dir ?? "";
    return { project, json: true, yes: true, keep: false, remove: false, deadlineMs: 60_000 };
  }

  async close(): Promise<void> {
    this.#project?.remove();
    await this.server.stop();
  }
}
