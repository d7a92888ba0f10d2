import { z } from "zod";
import { formatDuration } from "../duration.ts";
import { clockSkew } from "./evidence.ts";

/** Longest time that an override may be given for, from its approval on: a day. Milliseconds. */
export const longestOverride = 24 * 3_600_000;

const person = z.string().min(1).max(200);

/** An item set aside for once: who asked, who else approved, why, and until when. */
export const overrideShape = z.strictObject({
  item: z.string().max(100),
  by: person,
  approvedBy: person,
  /** ISO time of the approval. */
  approvedAt: z.iso.datetime({ offset: true }),
  reason: z.string().min(10, "why, in a sentence").max(1_000),
  until: z.iso.datetime({ offset: true }),
});
export type Override = z.infer<typeof overrideShape>;

/** Why an override does not hold now; undefined when it does. */
export function overrideRefusal(it: Override, unoverridable: boolean, now: Date): string | undefined {
  if (unoverridable) return "this item cannot be set aside";
  if (samePerson(it.by, it.approvedBy)) return `${it.by} cannot approve their own override`;
  const until = Date.parse(it.until);
  const approved = Date.parse(it.approvedAt);
  if (approved > now.getTime() + clockSkew) return `its approval is from the future: ${it.approvedAt}`;
  if (until <= now.getTime()) return `it ended at ${it.until}`;
  if (until - approved > longestOverride) return `it is given for longer than ${formatDuration(longestOverride)}`;
  return undefined;
}

/** Whether two texts name one person: letter case, spaces, accents and look-alikes of other scripts do not make another one. */
export function samePerson(a: string, b: string): boolean {
  return personKey(a) === personKey(b);
}

/** Letters of Cyrillic and Greek that cannot be told from Latin ones, by what they look like (Unicode TR39, the lower-case part). */
const lookAlikes: Readonly<Record<string, string>> = {
  а: "a",
  в: "b",
  е: "e",
  ѕ: "s",
  і: "i",
  ј: "j",
  к: "k",
  м: "m",
  н: "h",
  о: "o",
  р: "p",
  с: "c",
  т: "t",
  у: "y",
  х: "x",
  ԁ: "d",
  ԛ: "q",
  ԝ: "w",
  һ: "h",
  ӏ: "l",
  α: "a",
  β: "b",
  ε: "e",
  ι: "i",
  κ: "k",
  ν: "v",
  ο: "o",
  ρ: "p",
  τ: "t",
  υ: "u",
  χ: "x",
};

function personKey(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}|\p{C}|\p{Z}|[<>().,"'_-]/gu, "");
  return [...plain].map((letter) => lookAlikes[letter] ?? letter).join("");
}
