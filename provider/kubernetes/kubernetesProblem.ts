import { z } from "zod";
import { Problem, type ProblemParts, sentence } from "../../release/problem.ts";

/** What was asked of the cluster, and what stays as it is when it is refused. */
export interface Asked {
  /** Such as `tell what the Deployment shop-api-blue runs`. */
  readonly doing: string;
  readonly where: string;
  readonly untouched: string;
  /** What begins it anew; by default an update. */
  readonly again?: string | undefined;
}

/** How an update that stopped is begun anew. */
export const updateAgain = "run the update again";

/** What to do about an answer of the API server, by its status. */
const ways = (again: string): Readonly<Record<number, string>> => ({
  401: `the credentials of the kubeconfig have expired or are not taken: sign in again, and ${again}`,
  403: "give the deployer the right that the message names; docs/kubernetes.md has its whole Role",
  404: "create the namespace, or name the right one in greenlight:kubernetes.namespace; with kubernetes.gateway the cluster needs the Gateway API, v1, with kubernetes.database the kind VolumeSnapshot",
  429: `the API server is too busy for it: wait a little, and ${again}`,
});

/** What the cluster did not answer, or refused. */
export class KubernetesProblem extends Problem {
  /** Whether asking again may help: it was not reached, is too busy, or failed by itself. */
  readonly passes: boolean;

  constructor(parts: ProblemParts, status: number | undefined) {
    super(parts);
    this.passes = status === undefined || status === 429 || status >= 500;
  }
}

const apiError = z.looseObject({ code: z.number(), body: z.unknown() });
const status = z.looseObject({ message: z.string(), reason: z.string().optional() });

/** The HTTP status of the API server's answer, where an error is one. */
export function statusOf(error: unknown): number | undefined {
  const parsed = apiError.safeParse(error);
  if (parsed.success) return parsed.data.code;
  const watched = z.looseObject({ statusCode: z.number() }).safeParse(error);
  return watched.success ? watched.data.statusCode : undefined;
}

/** An answer of the API; undefined where what was asked for is not there. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** An error of the client as a sentence for a person: which question, where, what stays, what to do. */
export function kubernetesProblem(error: unknown, { doing, where, untouched, again = updateAgain }: Asked): unknown {
  if (error instanceof Problem || !(error instanceof Error) || error.name === "AbortError") return error;
  const code = statusOf(error);
  const next = code === undefined ? "see that the cluster is reached from here (kubectl get pods)" : ways(again)[code];
  const happened = `The cluster did not ${doing}: ${saidBy(error)}`;
  return new KubernetesProblem({ happened, where, untouched, ...(next === undefined ? {} : { next }) }, code);
}

/** Asks the cluster; an error becomes a sentence. */
export async function ask<T>(asked: Asked, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw kubernetesProblem(error, asked);
  }
}

/** The API server's own words. The client's error holds the whole answer with its headers. */
export function saidBy(error: unknown): string {
  const parsed = apiError.safeParse(error);
  if (!parsed.success) return `${sentence(error).split("\n")[0]?.slice(0, 500).replace(/\.$/, "")}.`;
  const { body, code } = parsed.data;
  const said = status.safeParse(typeof body === "string" ? readJson(body) : body);
  return said.success ? `${said.data.message.slice(0, 500)} (${code}).` : `status ${code}.`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told by its status
  }
}
