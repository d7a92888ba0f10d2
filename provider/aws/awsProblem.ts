import { Problem } from "../../release/problem.ts";

/** What was asked of AWS, and what stays as it is when it is refused. */
export interface Asked {
  /** Such as `describe the service shop-blue-api`. */
  readonly doing: string;
  readonly where: string;
  readonly untouched: string;
  /** What begins it anew when that is mended; by default {@link updateAgain}. */
  readonly again?: string;
}

/** How an update goes on. */
export const updateAgain = "run the update again: it goes on from here";

/** What to do about an error of AWS, by its name, before it is begun anew. The names are those of the SDK's error classes. */
const ways: readonly [RegExp, string][] = [
  [/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/, "the credentials have expired: get new ones"],
  [
    /^(CredentialsProviderError|UnrecognizedClientException|InvalidClientTokenId)$/,
    "there are no credentials that AWS takes: set AWS_PROFILE or sign in",
  ],
  [
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/,
    "give the deployer the right that the message names; docs/aws.md has its whole policy",
  ],
  [/Throttl|TooManyRequests|RequestLimitExceeded/, "AWS was too busy for every try: wait a little"],
  [/QuotaExceeded|LimitExceeded/, "remove what is not needed any more or ask AWS for a higher quota"],
];

/** An error of the SDK as a sentence for a person: which question, where, what stays, what to do. */
export function awsProblem(error: unknown, { doing, where, untouched, again }: Asked): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  if (error.name === "AbortError" || error.name === "TimeoutError") {
    if (!isOverdue(error)) return error;
    return new Problem({
      happened: `AWS did not ${doing} in time, with all tries.`,
      where,
      untouched,
      next: `it is too busy, or is not reached from here: see its status and wait a little; then ${again ?? updateAgain}`,
    });
  }
  const next = ways.find(([names]) => names.test(error.name))?.[1];
  return new Problem({
    happened: `AWS did not ${doing}: ${error.name}.`,
    where,
    untouched,
    ...(next === undefined ? {} : { next: `${next}; then ${again ?? updateAgain}` }),
    cause: error,
  });
}

/** Whether the time that AWS was given is over, rather than somebody stopped. The SDK has the reason as the cause of its own error. */
function isOverdue(error: Error): boolean {
  return [error, error.cause].some((it) => it instanceof Error && it.name === "TimeoutError");
}

/** Asks AWS; an error becomes a sentence. */
export async function ask<T>(asked: Asked, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw awsProblem(error, asked);
  }
}
