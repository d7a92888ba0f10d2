import { createHmac } from "node:crypto";
import type { ChannelSettings } from "../../release/announcements/settings.ts";
import { type Delivery, type Given, titleOf } from "./delivery.ts";
import { secretNamed } from "./secrets.ts";
import { webhookDelivery } from "./webhookDelivery.ts";

/**
 * Any receiver of JSON. With a secret, `x-greenlight-signature` is `sha256=` and the hex HMAC-SHA256 of `x-greenlight-timestamp`
 * (seconds since 1970), a dot and the body as it was sent.
 */
export function webhook(settings: ChannelSettings, given: Given): Delivery {
  const { id, kind, version, project, stack, by, at, text } = given.message;
  const said = { id, kind, version, project, stack, by, at, title: titleOf(given.message), text };
  const { secretFrom } = settings;
  if (secretFrom === undefined) return webhookDelivery(settings, given, said);
  const secret = secretNamed(secretFrom, given.env);
  const timestamp = () => String(Math.floor(Date.now() / 1_000));
  return webhookDelivery(settings, given, said, {
    shown: {
      "x-greenlight-timestamp": "seconds since 1970",
      "x-greenlight-signature": `sha256=<HMAC-SHA256 with $${secretFrom} of timestamp, a dot and body>`,
    },
    problem: "problem" in secret ? secret.problem : undefined,
    sign: (body) => {
      if ("problem" in secret) return {};
      const now = timestamp();
      return {
        "x-greenlight-timestamp": now,
        "x-greenlight-signature": `sha256=${signatureOf(secret.value, now, body)}`,
      };
    },
  });
}

/** What a receiver computes and compares. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}
