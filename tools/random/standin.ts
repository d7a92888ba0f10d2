import { isDeepStrictEqual } from "node:util";
import * as provider from "@pulumi/pulumi/provider/index.js";
import { versions } from "../versions.ts";
import { type Inputs, kinds, type ResourceKind } from "./values.ts";

// How Pulumi's wire format marks a secret value.
const markKey = "4dabf18193072939515e22adb298388d";
const secretMark = "1b47061264138c4ac30d75fd1eb44270";
// How an unknown value, one that only the update will know, is written.
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Stands in for the official `random` provider where that is not installed: same types, inputs and
 * outputs for what {@link kinds} names (without RandomPassword's bcryptHash), a clear refusal for the rest.
 */
class RandomStandIn implements provider.Provider {
  readonly version = versions.random.provided;

  async check(urn: string, _olds: Inputs, news: Inputs): Promise<provider.CheckResult> {
    const kind = kinds.get(typeOf(urn));
    if (kind === undefined) return { inputs: news, failures: [{ property: "", reason: refusal(urn) }] };
    const inputs = withDefaults(kind, news);
    // In a preview, what cannot be known yet cannot be wrong yet either.
    const failures = isKnown(inputs) ? [...kind.check(opened(inputs))] : [];
    return { inputs, failures: failures.map(([property, reason]) => ({ property, reason })) };
  }

  async diff(_id: string, urn: string, olds: Inputs, news: Inputs): Promise<provider.DiffResult> {
    const kind = kinds.get(typeOf(urn));
    if (kind === undefined) throw new Error(refusal(urn));
    const before = opened(olds);
    const after = opened(news);
    const made = new Set(["result", "bcryptHash", "b64Std", "b64Url", "dec", "hex", "base64", "id"]);
    const names = new Set([...Object.keys(before), ...Object.keys(after)].filter((name) => !made.has(name)));
    const replaces = [...names].filter((name) => !isDeepStrictEqual(before[name], after[name]));
    return { changes: replaces.length > 0, replaces };
  }

  async create(urn: string, news: Inputs): Promise<provider.CreateResult> {
    const kind = kinds.get(typeOf(urn));
    if (kind === undefined) throw new Error(refusal(urn));
    const made = kind.make(opened(withDefaults(kind, news)));
    return { id: made.id, outs: { ...news, ...sealed(made.outputs, made.secrets) } };
  }

  async read(id: string, urn: string, props: Inputs): Promise<provider.ReadResult> {
    const kind = kinds.get(typeOf(urn));
    if (kind === undefined) throw new Error(refusal(urn));
    if (Object.keys(props).length === 0) {
      throw new Error(`${typeOf(urn)} cannot be imported by Greenlight's stand-in. ${useOfficial}`);
    }
    // A random value lives in the state and nowhere else: there is nothing to compare it with.
    return { id, props };
  }
}

const useOfficial = "Install the official plugin: pulumi plugin install resource random";

function refusal(urn: string): string {
  const names = [...kinds.keys()].map((token) => token.split(":").at(-1)).join(", ");
  return `Greenlight's stand-in for the random provider makes ${names}, not ${typeOf(urn)}. ${useOfficial}`;
}

/** The type in a URN, `urn:pulumi:stack::project::parent$type::name`. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? urn;
}

function withDefaults(kind: ResourceKind, news: Inputs): Inputs {
  const given = Object.fromEntries(Object.entries(news).filter(([, value]) => value !== undefined && value !== null));
  return { ...kind.defaults, ...given };
}

function opened(inputs: Inputs): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, open(value)]));
}

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Inputs;
  return fields[markKey] === secretMark ? open(fields.value) : opened(fields);
}

function sealed(outputs: Inputs, secrets: readonly string[]): Inputs {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) =>
      secrets.includes(name) ? [name, { [markKey]: secretMark, value }] : [name, value],
    ),
  );
}

function isKnown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).every(isKnown);
  return value !== unknown;
}

// The engine holds our input open; its end is the only thing an engine that was killed still tells.
process.stdin.on("end", () => process.exit(0)).resume();

await provider.main(new RandomStandIn(), process.argv.slice(2));
