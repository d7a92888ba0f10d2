import type { ChannelSettings } from "../../release/announcements/settings.ts";
import { type Delivery, forAll, type Given } from "./delivery.ts";
import { attemptRequest } from "./request.ts";
import { addressNamed } from "./secrets.ts";
import { shownRequest } from "./shownRequest.ts";

/** Headers that are only known when a request is made. */
interface Signing {
  readonly shown: Readonly<Record<string, string>>;
  readonly problem: string | undefined;
  readonly sign: (body: string) => Readonly<Record<string, string>>;
}

/** JSON by POST to the address in the channel's variable. */
export function webhookDelivery(
  { urlFrom = "" }: ChannelSettings,
  { to, env, message }: Given,
  said: object,
  signing?: Signing,
): Delivery {
  const address = addressNamed(urlFrom, env);
  const headers = { "content-type": "application/json; charset=utf-8", "idempotency-key": message.id };
  const body = JSON.stringify(said);
  return {
    to,
    shown: shownRequest("POST", `$${urlFrom}`, { ...headers, ...signing?.shown }, said),
    problem: "problem" in address ? address.problem : signing?.problem,
    attempt: async (timeoutMs, signal) => {
      if ("problem" in address) return { outcomes: forAll(to, { ok: false, response: address.problem }), again: false };
      const request = {
        method: "POST",
        url: address.url,
        headers: { ...headers, ...signing?.sign(body) },
        body,
      } as const;
      return attemptRequest(request, to, timeoutMs, signal);
    },
  };
}
