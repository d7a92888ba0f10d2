import { z } from "zod";
import { Refusal } from "./answers.ts";
import type { Changes } from "./changes.ts";
import type { ApiRequest } from "./request.ts";

const wanted = z.strictObject({
  /** Name in the signature, such as `ecs`; without it every service. */
  service: z.string().optional(),
  /** Operation; without it every one. */
  action: z.string().optional(),
  /** Part of the request that must be there, such as a name. */
  resource: z.string().optional(),
  /** How many requests are refused; without it all, until the fault is taken back. */
  times: z.number().int().min(1).optional(),
});

/** What the simulator can be told to refuse. */
export const faultSchema = z.discriminatedUnion("kind", [
  wanted.extend({ kind: z.literal("throttle") }),
  wanted.extend({ kind: z.literal("deny") }),
  wanted.extend({ kind: z.literal("expire") }),
  wanted.extend({
    kind: z.literal("refuse"),
    code: z.string(),
    message: z.string(),
    status: z.number().int().default(400),
  }),
]);
export type Fault = z.input<typeof faultSchema>;

/** Refusals that were ordered; the first that fits a request is used. */
export class Faults {
  readonly #changes: Changes;
  #ordered: { fault: z.infer<typeof faultSchema>; left: number }[] = [];

  /** @param changes is told when other requests are refused from now on */
  constructor(changes: Changes) {
    this.#changes = changes;
  }

  add(fault: Fault): void {
    const parsed = faultSchema.parse(fault);
    this.#ordered.push({ fault: parsed, left: parsed.times ?? Number.POSITIVE_INFINITY });
    this.#changes.note();
  }

  clear(): void {
    this.#ordered = [];
    this.#changes.note();
  }

  /** @throws Refusal when a fault fits. */
  strike(request: ApiRequest): void {
    const hit = this.#ordered.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.service === undefined || fault.service === request.service) &&
        (fault.action === undefined || fault.action === request.action) &&
        (fault.resource === undefined || `${request.path} ${request.body.toString("latin1")}`.includes(fault.resource)),
    );
    if (hit === undefined) return;
    hit.left -= 1;
    throw refusalFor(hit.fault, request);
  }
}

function refusalFor(fault: z.infer<typeof faultSchema>, { service, action, protocol, accessKey }: ApiRequest): Refusal {
  const isJson = protocol === "json" || protocol === "rest-json";
  switch (fault.kind) {
    case "throttle":
      return new Refusal(isJson ? "ThrottlingException" : "Throttling", "Rate exceeded", 400);
    case "expire":
      return new Refusal(
        isJson ? "ExpiredTokenException" : "ExpiredToken",
        "The security token included in the request is expired",
        403,
      );
    case "deny":
      return new Refusal(
        isJson ? "AccessDeniedException" : service === "ec2" ? "UnauthorizedOperation" : "AccessDenied",
        `User: arn:aws:iam::123456789012:user/${accessKey} is not authorized to perform: ${service}:${action}`,
        403,
      );
    case "refuse":
      return new Refusal(fault.code, fault.message, fault.status);
  }
}
