import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Reporter } from "../reporter.ts";
import { plainMessage } from "./plainMessage.ts";

/** Hands what the engine does to its resources, and what ours tell meanwhile, on to the reporter; resources that stay as they are are left out. */
export function engineEvents(reporter: Reporter): (event: EngineEvent) => void {
  return (event) => {
    const told = event.diagnosticEvent;
    if (told?.severity === "info" && typeOf(told.urn).startsWith("greenlight:")) {
      const text = plainMessage(told.message);
      if (text !== "") reporter.tell({ kind: "step", text: `${nameOf(told.urn)}: ${text}` });
    }
    const started = event.resourcePreEvent?.metadata;
    const ended = event.resOutputsEvent?.metadata;
    const it = started ?? ended;
    if (it === undefined || it.op === "same" || it.op === "read") return;
    // Components have no work of their own.
    if (!/^(greenlight:(index|local|aws|kubernetes)|random|aws|kubernetes):/.test(it.type) || it.new?.custom === false)
      return;
    reporter.tell({
      kind: "resource",
      name: nameOf(it.urn),
      type: it.type,
      operation: it.op,
      done: ended !== undefined,
    });
  };
}

function nameOf(urn = ""): string {
  return urn.split("::").pop() ?? urn;
}

function typeOf(urn = ""): string {
  return (urn.split("::")[2] ?? "").split("$").pop() ?? "";
}
