import { z } from "zod";
import type { ChannelSettings } from "../../release/announcements/settings.ts";
import { type Delivery, forAll, type Given, type NothingToSay, titleOf } from "./delivery.ts";
import { attemptRequest } from "./request.ts";
import { secretNamed } from "./secrets.ts";
import { shownRequest } from "./shownRequest.ts";

/** What becomes of a planned maintenance when the deployment goes on. */
const statuses = { start: "in_progress", complete: "completed", rollback: "verifying" } as const;

const made = z.looseObject({ id: z.string().regex(/^[A-Za-z0-9]{1,40}$/) });

/**
 * Statuspage, its API's first version. `status-page` plans a maintenance for the release's downtime (or tells more of the one that is
 * planned); start, complete and rollback move it on. Without a planned maintenance they have nothing to say to a page's readers.
 */
export function statuspage(settings: ChannelSettings, given: Given): Delivery | NothingToSay {
  const { page = "", tokenFrom = "", components, api = "https://api.statuspage.io" } = settings;
  const { to, env, message, maintenance } = given;
  const incident = incidentOf(given, components);
  if (incident === undefined) {
    return {
      nothing:
        message.kind === "status-page"
          ? "the manifest plans no downtime"
          : `no maintenance for ${message.version} was announced there`,
    };
  }
  const method = maintenance === undefined ? "POST" : "PATCH";
  const incidents = `${api}/v1/pages/${page}/incidents`;
  const address = maintenance === undefined ? incidents : `${incidents}/${maintenance}`;
  const token = secretNamed(tokenFrom, env);
  const headers = { "content-type": "application/json; charset=utf-8" };
  return {
    to,
    shown: shownRequest(method, address, { authorization: `OAuth $${tokenFrom}`, ...headers }, { incident }),
    problem: "problem" in token ? token.problem : undefined,
    attempt: async (timeoutMs, signal) => {
      if ("problem" in token) return { outcomes: forAll(to, { ok: false, response: token.problem }), again: false };
      const authorization = `OAuth ${token.value}`;
      const body = JSON.stringify({ incident });
      const request = { method, url: new URL(address), headers: { authorization, ...headers }, body } as const;
      return attemptRequest(request, to, timeoutMs, signal, referenceOf);
    },
  };
}

function incidentOf({ message, maintenance }: Given, components: readonly string[] | undefined): object | undefined {
  const { kind, text, downtime } = message;
  if (kind === "start" || kind === "complete" || kind === "rollback") {
    return maintenance === undefined ? undefined : { status: statuses[kind], body: text, deliver_notifications: true };
  }
  if (kind !== "status-page" || downtime === undefined) return undefined;
  return {
    name: titleOf(message),
    status: "scheduled",
    scheduled_for: downtime.from,
    scheduled_until: downtime.until,
    scheduled_auto_in_progress: false,
    scheduled_auto_completed: false,
    body: text,
    deliver_notifications: true,
    ...(components === undefined ? {} : { component_ids: components }),
  };
}

function referenceOf(body: string): string | undefined {
  try {
    return made.parse(JSON.parse(body)).id;
  } catch {
    return undefined; // an answer without an id: the page has it all the same
  }
}
