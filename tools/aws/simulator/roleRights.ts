import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { z } from "zod";
import { Refusal } from "./answers.ts";
import { roleOf } from "./functions.ts";
import type { Inner } from "./inner.ts";
import { storeOperation } from "./keyValues.ts";
import type { ApiRequest } from "./request.ts";

const oneOrMore = z.union([z.string().transform((it) => [it]), z.array(z.string())]);
const policy = z.looseObject({
  Statement: z.array(z.looseObject({ Effect: z.literal("Allow"), Action: oneOrMore, Resource: oneOrMore })),
});

/**
 * What a function may do: the policies in its role are held to, by action and resource; conditions are taken as met. Nobody else's
 * rights are looked at.
 */
export class RoleRights {
  readonly #inner: Inner;

  constructor(inner: Inner) {
    this.#inner = inner;
  }

  /** @throws Refusal for a request of a function that its role does not allow */
  async judge(request: ApiRequest): Promise<void> {
    const role = roleOf(request.accessKey);
    if (role === undefined) return;
    const RoleName = role.slice(role.lastIndexOf("/") + 1);
    const iam = this.#inner.client(IAMClient, "us-east-1");
    const { action, resource } = askedFor(request);
    const { PolicyNames: names = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of names) {
      const { PolicyDocument: text = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      const { Statement: statements } = policy.parse(JSON.parse(decodeURIComponent(text)));
      const allowed = statements.some(
        (it) => it.Action.some((one) => like(one, action)) && it.Resource.some((one) => like(one, resource)),
      );
      if (allowed) return;
    }
    throw new Refusal(
      request.protocol.endsWith("json") ? "AccessDeniedException" : "AccessDenied",
      `User: ${role} is not authorized to perform: ${action} on resource: ${resource}`,
      request.protocol === "json" ? 400 : 403,
    );
  }
}

/** What a policy must allow, and for what. */
function askedFor(request: ApiRequest): { action: string; resource: string } {
  const { service } = request;
  if (service !== "cloudfront-keyvaluestore") {
    return { action: `${service}:${request.action}`, resource: resourceOf(request) };
  }
  const { action, arn } = storeOperation(request);
  return { action: `${service}:${action}`, resource: arn };
}

/** The ARN that a request is about, for the requests that functions make; `*` for those that AWS knows no resource for. */
function resourceOf({ service, action, parameters, region }: ApiRequest): string {
  const text = (key: string) => String(parameters[key] ?? "");
  switch (`${service}:${action}`) {
    case "elasticloadbalancing:ModifyRule":
      return text("RuleArn");
    case "ssm:GetParameter":
    case "ssm:PutParameter":
      return `arn:aws:ssm:${region}:123456789012:parameter${text("Name")}`;
    case "sns:Publish":
      return text("TopicArn");
    default:
      return "*";
  }
}

function like(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((it) => it.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
