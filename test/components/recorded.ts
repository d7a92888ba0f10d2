import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";

/** One resource as a program asked for it. Mocks show what we ask for, never that a provider takes it. */
export interface Recorded {
  readonly type: string;
  /** The type as the engine knows it. */
  readonly token: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  /** Type and logical name of the parent, such as `local:Database database`; empty below the stack itself. */
  readonly parent: string;
  /** Type and logical name of everything that must be there before, by option or by use of an output. */
  readonly after: readonly string[];
  readonly custom: boolean;
  /** Top-level inputs that hold a secret. */
  readonly secret: readonly string[];
  /** Inputs that the engine is told to leave alone. */
  readonly ignored: readonly string[];
  /** Whether the engine refuses to remove it. */
  readonly protected: boolean;
  /** Whether it goes before what takes its place is made. */
  readonly deletedFirst: boolean;
  /** Logical name of the provider that was chosen for it; empty for the default one. */
  readonly provider: string;
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
  "greenlight:aws:SteadyState": (_, { services }) => ({
    incarnations: (services as { taskDefinition: string }[]).map(({ taskDefinition }) => taskDefinition),
  }),
  "greenlight:aws:TargetsHealthy": (_, it) => ({ proof: { gate: "health", environment: it.environment } }),
  "greenlight:kubernetes:RolloutDone": (_, it) => ({
    incarnations: ["pods"],
    proof: { gate: "health", environment: it.environment },
  }),
  "greenlight:kubernetes:TrafficReadBack": (_, { live }) => ({ serving: live, readAt: "2026-03-02T10:00:00.000Z" }),
  "greenlight:aws:TrafficReadBack": (_, { weights }) => ({ serving: weights, readAt: "2026-03-02T10:00:00.000Z" }),
};

/** What AWS would compute for anything: enough for dependents to be asked for. */
const ofAws = (name: string, type: string) => {
  const kind = type.slice(type.lastIndexOf(":") + 1);
  return {
    arn: `arn:${kind}/${name}`,
    arnSuffix: `suffix:${kind}/${name}`,
    dnsName: `${name}.elb.example`,
    ...(kind === "Eip" ? { publicIp: `address of ${name}` } : {}),
    ...(type === "aws:rds/instance:Instance"
      ? {
          address: `${name}.rds.example`,
          masterUserSecrets: [{ secretArn: `arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-${name}` }],
        }
      : {}),
  };
};

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getCustom(): boolean;
  getDependenciesList(): string[];
  getIgnorechangesList(): string[];
  getProtect(): boolean;
  getDeletebeforereplace(): boolean;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

const signature = "4dabf18193072939515e22adb298388d";

/** What the functions of a plugin answer, by token. */
export type Answers = Readonly<Record<string, (inputs: Record<string, unknown>) => object>>;

/** Runs a program against mocks and gives every resource it asked for, in the order of asking. */
export async function record<T>(
  program: () => T | Promise<T>,
  answers: Answers = {},
): Promise<{ resources: Recorded[]; result: T; providers: Recorded[] }> {
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
        call: ({ token, inputs }) => answers[token]?.(inputs) ?? {},
        newResource: ({ type, name, inputs }) => ({
          id: `${name}-id`,
          state: { ...(type.startsWith("aws:") ? ofAws(name, type) : {}), ...inputs, ...outputs[type]?.(name, inputs) },
        }),
      },
      "greenlight",
      "test",
      false,
    );
    // A stack whose program failed would reject more promises than anybody can await.
    let failed: { error: unknown } | undefined;
    const result = await pulumi.runtime.runInPulumiStack(async () => {
      try {
        return { made: await program() };
      } catch (error) {
        failed = { error };
        return {};
      }
    });
    await pulumi.runtime.disconnect();
    if (failed !== undefined) throw failed.error;
    const made = (result as { made: T } | undefined)?.made as T;
    const all = requests.map(recorded);
    return {
      resources: all.filter((it) => !it.type.startsWith("pulumi:")),
      providers: all.filter((it) => it.type.startsWith("pulumi:providers:")),
      result: made,
    };
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
    token: request.getType(),
    name: request.getName(),
    inputs: plain(inputs) as Record<string, unknown>,
    parent: short(request.getParent()),
    after: [...new Set(request.getDependenciesList().map(short))].sort(),
    custom: request.getCustom(),
    secret: Object.keys(inputs)
      .filter((key) => JSON.stringify(inputs[key])?.includes(signature))
      .sort(),
    ignored: request.getIgnorechangesList(),
    protected: request.getProtect(),
    deletedFirst: request.getDeletebeforereplace(),
    provider: /pulumi:providers:[^:]+::([^:]+)::/.exec(request.getProvider())?.[1] ?? "",
  };
}

/** `local:Proxy` of `greenlight:local:Proxy`, `random:RandomPassword` and `lb:Listener` of the providers' long forms. */
function shortType(type: string): string {
  return type
    .replace(/^greenlight:/, "")
    .replace(/^random:index\/\w+:/, "random:")
    .replace(/^aws:(\w+)\/\w+:/, "$1:");
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value && "value" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
