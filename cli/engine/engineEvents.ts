import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { Reporter } from "../reporter.ts";

/** Hands what the engine does to its resources on to the reporter; resources that stay as they are are left out. */
export function engineEvents(reporter: Reporter): (event: EngineEvent) => void {
  return (event) => {
    const started = event.resourcePreEvent?.metadata;
    const ended = event.resOutputsEvent?.metadata;
    const it = started ?? ended;
    if (it === undefined || it.op === "same" || it.op === "read") return;
    const name = it.urn.split("::").pop() ?? it.urn;
    // Components have no work of their own.
    if (!/:(index|local|random|aws):|^(random|aws):/.test(it.type) || it.new?.custom === false) return;
    reporter.tell({ kind: "resource", name, type: it.type, operation: it.op, done: ended !== undefined });
  };
}
