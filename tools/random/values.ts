import { randomBytes, randomInt, randomUUID } from "node:crypto";

/** Inputs as the engine hands them over, secrets opened. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What the stand-in makes of one resource: its id, its outputs, and which of them are secret. */
export interface Made {
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly secrets: readonly string[];
}

export interface ResourceKind {
  /** Values of inputs that were left out. */
  readonly defaults: Inputs;
  /** What is wrong with inputs, by property. */
  readonly check: (inputs: Inputs) => Map<string, string>;
  readonly make: (inputs: Inputs) => Made;
}

const letters = "abcdefghijklmnopqrstuvwxyz";
const defaultSpecial = "!@#$%&*()-_=+[]{}<>:?";
const longestText = 10_000;

const textDefaults = {
  special: true,
  upper: true,
  lower: true,
  numeric: true,
  number: true,
  minLower: 0,
  minNumeric: 0,
  minSpecial: 0,
  minUpper: 0,
};

/** The types that the stand-in makes, by type token. */
export const kinds: ReadonlyMap<string, ResourceKind> = new Map<string, ResourceKind>([
  [
    "random:index/randomPassword:RandomPassword",
    {
      defaults: textDefaults,
      check: checkText,
      make: (inputs) => ({ id: "none", outputs: { result: text(inputs) }, secrets: ["result"] }),
    },
  ],
  [
    "random:index/randomString:RandomString",
    {
      defaults: textDefaults,
      check: checkText,
      make: (inputs) => {
        const result = text(inputs);
        return { id: result, outputs: { result }, secrets: [] };
      },
    },
  ],
  [
    "random:index/randomBytes:RandomBytes",
    {
      defaults: {},
      check: (inputs) => checkWhole(inputs, "length", 1, longestText),
      make: (inputs) => {
        const bytes = randomBytes(whole(inputs, "length"));
        const outputs = { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
        return { id: "none", outputs, secrets: ["base64", "hex"] };
      },
    },
  ],
  [
    "random:index/randomId:RandomId",
    {
      defaults: {},
      check: (inputs) => checkWhole(inputs, "byteLength", 1, longestText),
      make: (inputs) => {
        const bytes = randomBytes(whole(inputs, "byteLength"));
        const prefix = typeof inputs.prefix === "string" ? inputs.prefix : "";
        const hex = bytes.toString("hex");
        const outputs = {
          b64Std: prefix + bytes.toString("base64"),
          b64Url: prefix + bytes.toString("base64url"),
          dec: prefix + BigInt(`0x${hex}`).toString(),
          hex: prefix + hex,
        };
        return { id: bytes.toString("base64url"), outputs, secrets: [] };
      },
    },
  ],
  [
    "random:index/randomInteger:RandomInteger",
    {
      defaults: {},
      check: (inputs) => {
        const wrong = checkWhole(inputs, "min", -(2 ** 47), 2 ** 47);
        for (const [property, reason] of checkWhole(inputs, "max", -(2 ** 47), 2 ** 47)) wrong.set(property, reason);
        if (wrong.size > 0) return wrong;
        const span = whole(inputs, "max") - whole(inputs, "min");
        if (span < 0) wrong.set("max", "max must not be less than min");
        if (span >= 2 ** 48 - 1) wrong.set("max", "max - min must be less than 2^48 - 1");
        return wrong;
      },
      make: (inputs) => {
        const result = randomInt(whole(inputs, "min"), whole(inputs, "max") + 1);
        return { id: String(result), outputs: { result }, secrets: [] };
      },
    },
  ],
  [
    "random:index/randomUuid:RandomUuid",
    {
      defaults: {},
      check: () => new Map(),
      make: () => {
        const result = randomUUID();
        return { id: result, outputs: { result }, secrets: [] };
      },
    },
  ],
]);

function classes(inputs: Inputs): { name: string; characters: string; least: number }[] {
  const special =
    typeof inputs.overrideSpecial === "string" && inputs.overrideSpecial !== ""
      ? inputs.overrideSpecial
      : defaultSpecial;
  return [
    { name: "Lower", characters: letters, on: inputs.lower },
    { name: "Upper", characters: letters.toUpperCase(), on: inputs.upper },
    { name: "Numeric", characters: "0123456789", on: inputs.numeric !== false && inputs.number !== false },
    { name: "Special", characters: special, on: inputs.special },
  ]
    .filter(({ on }) => on !== false)
    .map(({ name, characters }) => ({ name, characters, least: Number(inputs[`min${name}`] ?? 0) }));
}

function checkText(inputs: Inputs): Map<string, string> {
  const wrong = checkWhole(inputs, "length", 1, longestText);
  for (const property of ["minLower", "minUpper", "minNumeric", "minSpecial"]) {
    for (const [name, reason] of checkWhole(inputs, property, 0, longestText)) wrong.set(name, reason);
  }
  if (wrong.size > 0) return wrong;
  const wanted = classes(inputs);
  if (wanted.length === 0) wrong.set("length", "every class of characters is switched off");
  const least = wanted.reduce((sum, { least }) => sum + least, 0);
  if (least > whole(inputs, "length")) {
    wrong.set(
      "length",
      `length ${whole(inputs, "length")} is less than the ${least} characters asked for by minLower and so on`,
    );
  }
  return wrong;
}

function text(inputs: Inputs): string {
  const wanted = classes(inputs);
  const all = wanted.map(({ characters }) => characters).join("");
  const picked = wanted.flatMap(({ characters, least }) => Array.from({ length: least }, () => pick(characters)));
  while (picked.length < whole(inputs, "length")) picked.push(pick(all));
  for (let last = picked.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    const held = picked[last] ?? "";
    picked[last] = picked[other] ?? "";
    picked[other] = held;
  }
  return picked.join("");
}

function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}

function whole(inputs: Inputs, property: string): number {
  return Number(inputs[property]);
}

function checkWhole(inputs: Inputs, property: string, least: number, most: number): Map<string, string> {
  const value = inputs[property];
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
    ? new Map()
    : new Map([[property, `${property} must be a whole number from ${least} to ${most}`]]);
}
