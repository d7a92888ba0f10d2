import { z } from "zod";

const share = z.number().int().min(0).max(100);

/** Weights as inputs of a resource: shares of traffic in percent. That they sum to 100 is for whoever sets them to check. */
export const weightsShape = z.strictObject({ blue: share, green: share });
