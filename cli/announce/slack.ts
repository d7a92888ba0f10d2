import type { ChannelSettings } from "../../release/announcements/settings.ts";
import type { Delivery, Given } from "./delivery.ts";
import { webhookDelivery } from "./webhookDelivery.ts";

/** Slack's incoming webhook. The text is plain: nothing in it becomes a mention, a link or bold. */
export function slack(settings: ChannelSettings, given: Given): Delivery {
  const text = given.message.text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return webhookDelivery(settings, given, { text, mrkdwn: false, unfurl_links: false, unfurl_media: false });
}
