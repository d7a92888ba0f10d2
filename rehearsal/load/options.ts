import { z } from "zod";
import { exitCodes } from "../../release/exitCodes.ts";
import { Problem } from "../../release/problem.ts";
import { loopbackUrl } from "./loopback.ts";

const target = z.strictObject({
  /** The service that answers, such as "api"; several targets may share it. */
  name: z.string().min(1).max(60),
  /** Base address, http and loopback only. */
  url: z.string().max(300),
  /** Share of the arrivals, relative to the other targets. */
  weight: z.int().min(1).max(1000),
  method: z.enum(["GET", "POST"]).default("GET"),
  /** Asked in turn. */
  paths: z.array(z.string().startsWith("/").max(500)).min(1).max(1000),
  /** Sent as application/json. */
  body: z.string().max(16_384).optional(),
  /** The only status that is not a failure. */
  status: z.int().min(100).max(599).default(200),
  /** Text that the answer's body must contain. */
  contains: z.string().min(1).max(200).optional(),
});

const options = z.strictObject({
  targets: z.array(target).min(1).max(20),
  /** Arrivals a second, over all targets. */
  ratePerSecond: z.number().min(1).max(5000),
  /** Keep-alive connections used in turn to each address; more are opened while all are busy. */
  connections: z.int().min(1).max(1000).default(50),
  /** From the intended start to the end of the answer. */
  timeoutMs: z.int().min(10).max(120_000).default(15_000),
  /** Beyond it an arrival is not sent and counts as a failure. */
  maxInFlight: z.int().min(1).max(10_000).default(2000),
  /** It stops by itself after so many seconds … */
  maxSeconds: z.int().min(1).max(7200).default(1800),
  /** … or arrivals. */
  maxRequests: z.int().min(1).max(10_000_000).default(2_000_000),
});

export type LoadTarget = z.input<typeof target>;
export type LoadOptions = z.input<typeof options>;
export type CheckedTarget = z.output<typeof target>;
export type CheckedOptions = z.output<typeof options>;

/** Options with their defaults; a {@link Problem} when something is wrong or an address is not this machine's. */
export function checkLoadOptions(given: unknown): CheckedOptions {
  const checked = options.safeParse(given);
  if (!checked.success) {
    throw new Problem({
      happened: "The load's options are wrong.",
      where: z.prettifyError(checked.error),
      untouched: "Nothing was sent.",
      exitCode: exitCodes.usage,
    });
  }
  for (const { url } of checked.data.targets) loopbackUrl(url);
  return checked.data;
}
