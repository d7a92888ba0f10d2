import { z } from "zod";

/** A policy as JSON text; an object is written as such, as the official provider's program side does. */
export const policyText = z
  .union([z.string(), z.record(z.string(), z.unknown()).transform((policy) => JSON.stringify(policy))])
  .superRefine((text, context) => {
    try {
      const policy = z.looseObject({ Statement: z.unknown() }).parse(JSON.parse(text));
      if (policy.Statement === undefined) throw new Error("no Statement");
    } catch {
      context.addIssue({ code: "custom", message: "is not a policy: JSON with a Statement is needed" });
    }
  });
