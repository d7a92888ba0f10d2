import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** One resource as a program asked for it. Mocks show what we ask for, never that a provider takes it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Type and logical name of the parent, such as `local:Database database`; empty below the stack itself. */
  readonly parent: string;
  /** Type and logical name of everything that must be there before, by option or by use of an output. */
  readonly after: readonly string[];
  readonly custom: boolean;
  /** Top-level inputs that hold a secret. */
  readonly secret: readonly string[];
}

/** What our provider would compute, by type; enough for dependents to be asked for. */
const outputs: Readonly<Record<string, (name: string, inputs: Record<string, unknown>) => object>> = {
  "random:index/randomPassword:RandomPassword": () => ({ result: "the-password" }),
  "greenlight:local:PostgresServer": (_, { port }) => ({ url: `postgres://app:the-password@127.0.0.1:${port}/app` }),
  "greenlight:local:ServiceInstance": (name, { port }) => ({
    address: `http://127.0.0.1:${port}`,
    incarnation: `${name}-1`,
  }),
  "greenlight:index:HealthGate": (_, it) => ({ proof: { gate: "health", environment: it.environment } }),
  "greenlight:index:SmokeGate": (_, it) => ({ proof: { gate: "smoke", environment: it.environment } }),
  "greenlight:local:Traffic": (_, { weights }) => ({ serving: weights }),
};

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> };
}

const signature = "4dabf18193072939515e22adb298388d";

/** Runs a program against mocks and gives every resource it asked for, in the order of asking. */
export async function record<T>(program: () => T | Promise<T>): Promise<{ resources: Recorded[]; result: T }> {
  const requests: Request[] = [];
  const monitor = MockMonitor.prototype as unknown as {
    registerResource(request: Request, callback: unknown): Promise<void>;
  };
  const original = monitor.registerResource;
  monitor.registerResource = function (request, callback) {
    requests.push(request);
    return original.call(this, request, callback);
  };
  try {
    await pulumi.runtime.setMocks(
      {
        call: () => ({}),
        newResource: ({ type, name, inputs }) => ({
          id: `${name}-id`,
          state: { ...inputs, ...outputs[type]?.(name, inputs) },
        }),
      },
      "greenlight",
      "test",
      false,
    );
    const result = await pulumi.runtime.runInPulumiStack(async () => {
      const made = await program();
      return { made };
    });
    await pulumi.runtime.disconnect();
    const made = (result as { made: T } | undefined)?.made as T;
    return { resources: requests.map(recorded).filter((it) => !it.type.startsWith("pulumi:")), result: made };
  } finally {
    monitor.registerResource = original;
  }
}

function recorded(request: Request): Recorded {
  const inputs = request.getObject().toJavaScript();
  const short = (urn: string) => {
    const [, , types = "", name = ""] = urn.split("::");
    const type = types.split("$").at(-1) ?? "";
    return type === "" || type.startsWith("pulumi:") ? "" : `${shortType(type)} ${name}`;
  };
  return {
    type: shortType(request.getType()),
    name: request.getName(),
    inputs: plain(inputs) as Record<string, unknown>,
    parent: short(request.getParent()),
    after: [...new Set(request.getDependenciesList().map(short))].sort(),
    custom: request.getCustom(),
    secret: Object.keys(inputs)
      .filter((key) => JSON.stringify(inputs[key])?.includes(signature))
      .sort(),
  };
}

/** `local:Proxy` of `greenlight:local:Proxy`, `random:RandomPassword` of the provider's long form. */
function shortType(type: string): string {
  return type.replace(/^greenlight:/, "").replace(/^random:index\/\w+:/, "random:");
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value && "value" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
