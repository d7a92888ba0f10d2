import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem, sentence } from "../../release/problem.ts";
import { plainMessage } from "./plainMessage.ts";
import { unreadableState } from "./unreadableState.ts";

/** The reason of a failed engine run, taken from what it said about its resources. */
export function diagnosis(what: string, events: readonly EngineEvent[], error: unknown): Problem {
  const said = events
    .flatMap((event) => event.diagnosticEvent ?? [])
    .filter((it) => it.severity === "error")
    .map((it) => ({ urn: it.urn ?? "", text: plainMessage(it.message) }))
    .filter((it) => it.text !== "" && !/^update failed$/i.test(it.text));
  // The engine repeats a resource's failure at the root of the stack.
  const grounds = said.filter((it, index) => said.findIndex((other) => other.text === it.text) === index);
  const refused = grounds.some((it) => /gate|violat|cannot take traffic|would be|is already live|refus/i.test(it.text));
  if (grounds.length === 0) {
    const unreadable = unreadableState(sentence(error));
    if (unreadable !== undefined) return unreadable;
    return new Problem({
      happened: `The ${what} ended without saying why${killed(error) ? ": the engine was killed" : ""}.`,
      next: "run the same command again: it goes on from where this one stopped",
      exitCode: exitCodes.failed,
      cause: killed(error) ? undefined : error,
    });
  }
  return new Problem({
    happened: grounds.map((it) => it.text).join("\n"),
    where: [...new Set(grounds.map((it) => it.urn.split("::").pop()).filter((name) => name !== ""))].join(", "),
    exitCode: refused ? exitCodes.refused : exitCodes.failed,
  });
}

function killed(error: unknown): boolean {
  return /code: -?(9|137|2)\b|SIGKILL|signal/i.test(sentence(error));
}
