import { z } from "zod";
import { announcementKinds } from "../announcement.ts";
import { durationExpected, readDuration } from "../duration.ts";
import { faultsOfChannel } from "./faultsOfChannel.ts";

/** Ways in which an announcement is delivered. */
export const channelTypes = ["slack", "teams", "webhook", "email", "statuspage"] as const;
/** Whom a channel reaches. */
export const audiences = ["team", "stakeholders"] as const;
/** How a mail server is spoken to. */
export const mailSecurities = ["starttls", "tls", "none"] as const;

/** Most channels of a stack, and most recipients of one of them. */
export const mostChannels = 20;
const mostRecipients = 50;

const text = (expected: string, pattern: RegExp) => z.string(expected).regex(pattern, expected).meta({ expected });
const choice = <const T extends readonly [string, ...string[]]>(values: T) => {
  const expected = `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  return z.enum(values, expected).meta({ expected });
};
const whole = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return z.number(expected).int(expected).min(min, expected).max(max, expected).meta({ expected });
};

/** A secret is only ever named: the stack file is reviewed and committed. */
const fromEnvironment = (example: string, what: string) =>
  text(
    `the name of an environment variable that holds ${what}, such as ${example}; a secret itself never stands in the stack file`,
    /^[A-Z_][A-Z0-9_]{0,99}$/,
  ).meta({ expected: `a variable's name, such as ${example}` });

const addressExpected = "an e-mail address, such as releases@shop.example";
const address = z.string(addressExpected).regex(/^[^\s<>()",;:\\@]{1,64}@[A-Za-z0-9.-]{1,253}$/, addressExpected);
const hostExpected = "a host's name or address, such as smtp.shop.example";

const attemptTimeExpected = `${durationExpected}, from 100ms to 1m`;
const attemptTime = z
  .string(attemptTimeExpected)
  .default("10s")
  .transform((said, context) => {
    const milliseconds = readDuration(said);
    if (milliseconds !== undefined && milliseconds >= 100 && milliseconds <= 60_000) return milliseconds;
    context.addIssue({ code: "custom", message: attemptTimeExpected });
    return z.NEVER;
  })
  .meta({ expected: "a duration, such as 10s" });

const kindsExpected = `a list of ${announcementKinds.join(", ")}`;
const toExpected = "a room's name, or a list of e-mail addresses";
const channelNameExpected = "a name such as deploys, with a-z, 0-9 and -, at most 31 characters";

const channel = z
  .strictObject(
    {
      type: choice(channelTypes).describe("How it is delivered."),
      audience: choice(audiences)
        .default("team")
        .describe("Whom the channel reaches; it says what `on` is when that is left out."),
      on: z
        .array(z.enum(announcementKinds, kindsExpected), kindsExpected)
        .min(1, kindsExpected)
        .max(announcementKinds.length, kindsExpected)
        .optional()
        .meta({ expected: kindsExpected })
        .describe(
          "What the channel is told. Left out: team, brief, start, complete and rollback for the team; stakeholders, start, complete and rollback for stakeholders; status-page, start, complete and rollback for a status page.",
        ),
      to: z
        .union(
          [
            z.string().regex(/^[^\p{C}]{1,100}$/u, toExpected),
            z.array(address, toExpected).min(1, toExpected).max(mostRecipients, `at most ${mostRecipients} addresses`),
          ],
          toExpected,
        )
        .optional()
        .meta({ expected: toExpected })
        .describe(
          "Whom it reaches, as a manifest's `communication` names them. For e-mail the addresses; else the channel's own name when left out.",
        ),
      urlFrom: fromEnvironment("SLACK_WEBHOOK_URL", "the address")
        .optional()
        .describe("slack, teams, webhook: the variable that holds the webhook's address."),
      secretFrom: fromEnvironment("WEBHOOK_SECRET", "the secret")
        .optional()
        .describe("webhook: the variable that holds the secret by which the request is signed (HMAC-SHA256)."),
      tokenFrom: fromEnvironment("STATUSPAGE_TOKEN", "the token")
        .optional()
        .describe("statuspage: the variable that holds the API key."),
      page: text("a page's id, such as y4k2n8c1d7qz", /^[A-Za-z0-9]{1,40}$/)
        .optional()
        .describe("statuspage: the page's id."),
      components: z
        .array(z.string().regex(/^[A-Za-z0-9]{1,40}$/, "a component's id"), "a list of components' ids")
        .max(50, "at most 50 components")
        .optional()
        .meta({ expected: "a list of components' ids" })
        .describe("statuspage: components under maintenance."),
      api: text("an address such as https://api.statuspage.io", /^https?:\/\/[A-Za-z0-9.:[\]-]{1,200}$/)
        .optional()
        .describe("statuspage: where its API is; https://api.statuspage.io when left out."),
      host: text(hostExpected, /^[A-Za-z0-9.:-]{1,253}$/)
        .optional()
        .describe("email: the mail server."),
      port: whole(1, 65_535).optional().describe("email: its port; 587 when left out, 465 for `tls`."),
      security: choice(mailSecurities)
        .optional()
        .describe(
          "email: `starttls` (the default) refuses a server without it, `tls` speaks TLS from the start, `none` is for a server on this machine only.",
        ),
      from: address.meta({ expected: addressExpected }).optional().describe("email: the sender's address."),
      userFrom: fromEnvironment("SMTP_USER", "the user's name")
        .optional()
        .describe("email: the variable that holds the user's name."),
      passwordFrom: fromEnvironment("SMTP_PASSWORD", "the password")
        .optional()
        .describe("email: the variable that holds the password."),
    },
    "a channel, such as { type: slack, urlFrom: SLACK_WEBHOOK_URL }",
  )
  .superRefine((it, context) => {
    for (const { key, message } of faultsOfChannel(it)) context.addIssue({ code: "custom", path: [key], message });
  });

const channelsExpected = "channels by name, such as { deploys: { type: slack, urlFrom: SLACK_WEBHOOK_URL } }";

/** The stack setting `greenlight:announcements`. */
export const announcementsShape = z.strictObject(
  {
    channels: z
      .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, channelNameExpected), channel, channelsExpected)
      .refine((it) => Object.keys(it).length <= mostChannels, `at most ${mostChannels} channels`)
      .meta({ expected: channelsExpected, named: "channel" })
      .describe("Where announcements go, by name."),
    timeout: attemptTime.describe("How long one attempt may wait for its answer."),
    attempts: whole(1, 10).default(4).describe("How often a delivery is tried when the receiver cannot take it now."),
  },
  `a group of keys, such as { channels: { deploys: { type: slack, urlFrom: SLACK_WEBHOOK_URL } } }`,
);

/** As the stack file has it, defaults filled in; durations in milliseconds. */
export type AnnouncementSettings = z.output<typeof announcementsShape>;
export type ChannelSettings = z.output<typeof channel>;
