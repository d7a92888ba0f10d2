import type { ChannelSettings } from "../../release/announcements/settings.ts";
import type { Delivery, Given } from "./delivery.ts";
import { webhookDelivery } from "./webhookDelivery.ts";

/** Teams' Workflows webhook: an Adaptive Card of plain runs of text, in which nothing is taken for markup. */
export function teams(settings: ChannelSettings, given: Given): Delivery {
  const body = given.message.text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => ({
      type: "RichTextBlock",
      spacing: index === 0 ? "default" : "small",
      inlines: [{ type: "TextRun", text: line, ...(index === 0 ? { weight: "bolder", size: "medium" } : {}) }],
    }));
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body,
  };
  return webhookDelivery(settings, given, {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content }],
  });
}
