import { isLoopback, isSafeAddress } from "../safeAddress.ts";

/** Keys that a type of channel needs, and those that it may have besides. */
const keysOf = {
  slack: { needs: ["urlFrom"], takes: [] },
  teams: { needs: ["urlFrom"], takes: [] },
  webhook: { needs: ["urlFrom"], takes: ["secretFrom"] },
  email: { needs: ["host", "from", "to"], takes: ["port", "security", "userFrom", "passwordFrom"] },
  statuspage: { needs: ["page", "tokenFrom"], takes: ["components", "api"] },
} as const;

const examples: Readonly<Record<string, string>> = {
  urlFrom: "a variable's name, such as SLACK_WEBHOOK_URL",
  host: "the mail server, such as smtp.shop.example",
  from: "the sender's address",
  to: "a list of e-mail addresses",
  page: "the page's id",
  tokenFrom: "a variable's name, such as STATUSPAGE_TOKEN",
};

const common = ["type", "audience", "on", "to"];

interface Channel {
  readonly type: keyof typeof keysOf;
  readonly to?: string | readonly string[] | undefined;
  readonly api?: string | undefined;
  readonly host?: string | undefined;
  readonly security?: string | undefined;
  readonly userFrom?: string | undefined;
  readonly passwordFrom?: string | undefined;
}

/** What is wrong with a channel as a whole: keys that its type needs and has not, or has and does not know. */
export function faultsOfChannel(it: Channel): readonly { readonly key: string; readonly message: string }[] {
  const { needs, takes } = keysOf[it.type];
  const known: readonly string[] = [...common, ...needs, ...takes];
  const given = Object.entries(it).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const faults = [
    ...needs
      .filter((key) => !given.includes(key))
      .map((key) => ({ key, message: `${examples[key]}, for a channel of type ${it.type}` })),
    ...given
      .filter((key) => !known.includes(key))
      .map((key) => ({ key, message: `nothing: a channel of type ${it.type} has no such key` })),
  ];
  if (it.type === "email" && it.to !== undefined && typeof it.to === "string") {
    faults.push({ key: "to", message: "a list of e-mail addresses" });
  }
  if (it.type !== "email" && Array.isArray(it.to)) faults.push({ key: "to", message: "one room's name" });
  if ((it.userFrom === undefined) !== (it.passwordFrom === undefined)) {
    const key = it.userFrom === undefined ? "userFrom" : "passwordFrom";
    faults.push({ key, message: "a variable's name: user and password go together" });
  }
  if (it.security === "none" && it.host !== undefined && !isLoopback(it.host)) {
    faults.push({ key: "security", message: "starttls or tls; none is for a server on this machine only" });
  }
  if (it.api !== undefined && !isSafeAddress(it.api)) faults.push({ key: "api", message: "an address with https" });
  return faults;
}
