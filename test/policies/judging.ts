import { createRequire } from "node:module";
import type { PolicyResource, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

/** The policy SDK's own way of handing over inputs: reading one that a preview does not know throws. */
const sdk: {
  unknownCheckingProxy: (props: object) => Record<string, unknown>;
  unknownStringValue: string;
  UnknownValueError: new () => Error;
} = createRequire(import.meta.url)("@pulumi/policy/proxy");

/** An input that a preview does not know. */
export const unknown = sdk.unknownStringValue;
/** What the SDK makes advice of. */
export const UnknownValueError = sdk.UnknownValueError;

/** Options of a resource that policies look at. */
interface Options {
  readonly config?: object;
  readonly name?: string;
  readonly protect?: boolean;
}

/** What a policy says of a resource; what it throws because of an unknown value comes last, as the SDK tells it. */
export function judge(
  policy: ResourceValidationPolicy,
  type: string,
  props: Record<string, unknown>,
  config?: object,
  { name = "it", protect = false }: Options = {},
): string[] {
  const said: string[] = [];
  const args = {
    type,
    props: sdk.unknownCheckingProxy(props),
    name,
    urn: `urn:pulumi:test::shop::${type}::${name}`,
    opts: { protect },
    getConfig: () => ({ ...defaultsOf(policy), ...config }),
  };
  const validate = policy.validateResource;
  if (typeof validate !== "function") throw new Error("one function is expected");
  try {
    void validate(args as unknown as Parameters<typeof validate>[0], (message) => said.push(message));
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    said.push("ADVICE");
  }
  return said;
}

export function judgeStack(
  policy: StackValidationPolicy,
  resources: readonly PolicyResource[],
  config?: object,
): string[] {
  const said: string[] = [];
  const args = { resources: [...resources], getConfig: () => ({ ...defaultsOf(policy), ...config }) };
  void policy.validateStack(args as unknown as Parameters<typeof policy.validateStack>[0], (message) =>
    said.push(message),
  );
  return said;
}

export function resource(
  type: string,
  props: Record<string, unknown>,
  around: Partial<PolicyResource> = {},
): PolicyResource {
  const name = around.name ?? `${type.split(":").at(-1)}-${JSON.stringify(props.version ?? "")}`;
  return {
    type,
    props: sdk.unknownCheckingProxy(props),
    urn: `${type}::${name}`,
    name,
    dependencies: [],
    ...around,
  } as unknown as PolicyResource;
}

function defaultsOf(policy: ResourceValidationPolicy | StackValidationPolicy): object {
  return Object.fromEntries(
    Object.entries(policy.configSchema?.properties ?? {}).map(([key, it]) => [key, it.default]),
  );
}
