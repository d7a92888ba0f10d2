import type { Channel } from "../../release/announcements/routing.ts";
import { masker } from "../../release/mask.ts";
import { isSafeAddress } from "../../release/safeAddress.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The value of a variable, or why there is none. */
export function secretNamed(name: string, env: Environment): { readonly value: string } | { readonly problem: string } {
  const value = env[name]?.trim();
  return value === undefined || value === "" ? { problem: `${name} is not set` } : { value };
}

/** The address in a variable, or why it is none that may be sent anything. */
export function addressNamed(name: string, env: Environment): { readonly url: URL } | { readonly problem: string } {
  const read = secretNamed(name, env);
  if ("problem" in read) return read;
  if (!URL.canParse(read.value)) return { problem: `${name} holds no address` };
  if (!isSafeAddress(read.value)) return { problem: `${name} must hold an address with https` };
  return { url: new URL(read.value) };
}

/** Takes everything that a channel's variables hold out of a text; of an address also each part that may be its secret. */
export function maskerOf(channels: readonly Channel[], env: Environment): (text: string) => string {
  const values = channels.flatMap(({ settings }) => {
    const { urlFrom, secretFrom, tokenFrom, passwordFrom } = settings;
    const secrets = [secretFrom, tokenFrom, passwordFrom].flatMap((name) => heldBy(name, env));
    return [...secrets, ...heldBy(urlFrom, env).flatMap(partsOf)];
  });
  return masker(values);
}

function heldBy(name: string | undefined, env: Environment): string[] {
  const value = name === undefined ? undefined : env[name]?.trim();
  return value === undefined || value === "" ? [] : [value];
}

/** Shorter parts of a path are words such as `hooks` or `services`. */
const shortestPart = 8;

function partsOf(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const { pathname, search, searchParams, username, password, href } = new URL(address);
  const parts = pathname.split("/").filter((part) => part.length >= shortestPart && part !== "services");
  const whole = pathname.length >= shortestPart ? [pathname, `${pathname}${search}`] : [];
  return [address, href, ...whole, ...parts, ...searchParams.values(), username, password].filter((it) => it !== "");
}
