import { Problem } from "../../release/problem.ts";

/** What was asked of AWS, and what stays as it is when it is refused. */
export interface Asked {
  /** Such as `describe the service shop-blue-api`. */
  readonly doing: string;
  readonly where: string;
  readonly untouched: string;
}

/** What to do about an error of AWS, by its name. The names are those of the SDK's error classes. */
const ways: readonly [RegExp, string][] = [
  [
    /^(ExpiredToken|ExpiredTokenException|RequestExpired)$/,
    "the credentials have expired: get new ones and run the update again; it goes on from here",
  ],
  [
    /^(CredentialsProviderError|UnrecognizedClientException|InvalidClientTokenId)$/,
    "there are no credentials that AWS takes: set AWS_PROFILE or sign in, and run the update again",
  ],
  [
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/,
    "give the deployer the right that the message names; docs/aws.md has its whole policy",
  ],
  [
    /Throttl|TooManyRequests|RequestLimitExceeded/,
    "AWS was too busy for every try: run the update again; it goes on from here",
  ],
  [
    /QuotaExceeded|LimitExceeded/,
    "remove what is not needed any more or ask AWS for a higher quota, then run the update again",
  ],
];

/** An error of the SDK as a sentence for a person: which question, where, what stays, what to do. */
export function awsProblem(error: unknown, { doing, where, untouched }: Asked): unknown {
  if (error instanceof Problem || !(error instanceof Error) || error.name === "AbortError") return error;
  const next = ways.find(([names]) => names.test(error.name))?.[1];
  return new Problem({
    happened: `AWS did not ${doing}: ${error.name}.`,
    where,
    untouched,
    ...(next === undefined ? {} : { next }),
    cause: error,
  });
}

/** Asks AWS; an error becomes a sentence. */
export async function ask<T>(asked: Asked, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw awsProblem(error, asked);
  }
}
