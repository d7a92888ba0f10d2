/** Names of IAM's actions begin with these, by the SDK's name of the service. */
const actionPrefixes: Readonly<Record<string, string>> = {
  "Application Auto Scaling": "application-autoscaling",
  CloudFront: "cloudfront",
  CloudWatch: "cloudwatch",
  "CloudWatch Logs": "logs",
  "Elastic Load Balancing v2": "elasticloadbalancing",
  EventBridge: "events",
};

const denied =
  /^(AccessDenied(Exception)?|UnauthorizedOperation|AuthorizationError(Exception)?|NotAuthorized(Exception)?)$/;
const expired =
  /^(ExpiredToken(Exception)?|RequestExpired|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|AuthFailure)$/;
const throttled =
  /^(Throttling(Exception)?|ThrottledException|RequestLimitExceeded|TooManyRequestsException|SlowDown|RequestThrottled(Exception)?|LimitExceededException)$/;

/** An error of the SDK whose message also says which action on what, and what to do; its name stays. */
export function refusalOf(error: unknown, service: string, command: string, input: object): unknown {
  if (!(error instanceof Error)) return error;
  const action = `${actionPrefixes[service] ?? service.toLowerCase()}:${command}`;
  const on = resourceIn(input);
  const said = error.message === "" ? error.name : error.message;
  const attempts = "$metadata" in error ? Number((error.$metadata as { attempts?: number }).attempts ?? 1) : 1;
  error.message = `${action}${on}: ${telling(error.name, said, action, attempts)}`;
  return error;
}

function telling(name: string, said: string, action: string, attempts: number): string {
  if (denied.test(name)) return `access denied. ${said} Allow ${action} to whoever deploys, then run this again.`;
  if (expired.test(name))
    return `the credentials are not valid, or no longer (${name}). ${said} Renew them, then run this again.`;
  if (throttled.test(name)) {
    return `AWS throttled it, ${attempts} times in a row (${name}). ${said} Nothing is done by this step; run it again in a minute.`;
  }
  return `${said} (${name}${attempts > 1 ? `, after ${attempts} attempts` : ""})`;
}

/** The value that names what a request is about: its first text that looks like a name, an id or an ARN. */
function resourceIn(input: object): string {
  const named = Object.entries(input).filter(([, value]) => typeof value === "string" && value.length < 300);
  const best =
    named.find(([key]) => /arn$/i.test(key)) ??
    named.find(([key]) => /(name|id|identifier|bucket|cluster|service|family)$/i.test(key));
  return best === undefined ? "" : ` on ${best[1]}`;
}

/** True for an error of the SDK with one of these names. */
export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.some((name) => error.name === name);
}

/** The answer, or nothing where the service says, by one of these error names, that the thing is not there. */
export async function orGone<T>(work: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isNamed(error, ...names)) return undefined;
    throw error;
  }
}
