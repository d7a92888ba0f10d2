import { z } from "zod";
import { type Place, placeText } from "./kind.ts";

const statusSchema = z.looseObject({
  kind: z.literal("Status"),
  message: z.string().default(""),
  reason: z.string().default(""),
  code: z.number().optional(),
  details: z
    .looseObject({
      kind: z.string().optional(),
      name: z.string().optional(),
      causes: z
        .array(
          z.looseObject({
            reason: z.string().default(""),
            message: z.string().default(""),
            field: z.string().default(""),
          }),
        )
        .default([]),
    })
    .optional(),
});

/** An answer of the API server that is none of success. */
export class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  /** What it names as wrong, field by field. */
  readonly causes: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
  /** Kind of the object that it speaks of, which may be another than the one asked for. */
  readonly about: string | undefined;

  constructor(verb: string, place: Place, code: number, body: string) {
    const status = statusOf(body);
    const causes = status?.details?.causes ?? [];
    super(`${verb} ${placeText(place)}: ${telling(verb, place, code, status?.message ?? body.slice(0, 300), causes)}`);
    this.code = code;
    this.reason = status?.reason ?? "";
    this.causes = causes;
    this.about = status?.details?.kind;
  }

  /** Fields that somebody else has taken. */
  get taken(): string[] {
    return this.causes.filter(({ reason }) => reason === "FieldManagerConflict").map(({ field }) => field);
  }

  /** Fields that cannot be changed in place, as the server says it. */
  get immutable(): string[] {
    return this.code !== 422
      ? []
      : this.causes.filter(({ message }) => /immutable/.test(message)).map(({ field }) => field);
  }
}

function statusOf(body: string): z.infer<typeof statusSchema> | undefined {
  try {
    return statusSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function telling(verb: string, place: Place, code: number, said: string, causes: Refusal["causes"]): string {
  const conflicts = causes.filter(({ reason }) => reason === "FieldManagerConflict");
  if (conflicts.length > 0) {
    const fields = conflicts
      .map(({ field, message }) => `${field} (${message.replace(/^conflict with /, "")})`)
      .join(", ");
    return (
      `somebody else has taken fields of it: ${fields}. Nothing was changed. Take the field out of the program, have the ` +
      'other give it up, or set the annotation pulumi.com/patchForce: "true" for once'
    );
  }
  if (code === 401) return "the credentials of the kubeconfig are not valid, or no longer";
  if (code === 403 && /is forbidden: User/.test(said)) {
    const where = place.namespace === undefined ? "" : ` in ${place.namespace}`;
    return `access denied. ${said}. Allow ${verb} on ${place.kind.plural}${where} to whoever deploys, then run this again`;
  }
  if (code === 403 && /exceeded quota/.test(said)) return `the quota of the namespace is reached. ${said}`;
  return said;
}
