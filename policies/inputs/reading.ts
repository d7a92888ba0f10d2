/**
 * What a resource states, or that a preview does not know it yet: reading an unknown value throws, and left to itself that makes
 * advice of the whole policy.
 */
export function reading<T>(read: () => T): { readonly value: T } | { readonly unknown: unknown } {
  try {
    return { value: read() };
  } catch (unknown) {
    return { unknown };
  }
}

/**
 * Judges parts one by one, and says last what could not be read: every violation that can be seen is told as what it is.
 *
 * @throws the first error of reading, for the policy SDK to tell what a preview does not know
 */
export function judgeEach<T>(parts: readonly T[], judge: (part: T) => void): void {
  const failed: unknown[] = [];
  for (let index = 0; index < parts.length; index++) {
    // Taking the part out of its list is reading too.
    const judged = reading(() => judge(parts[index] as T));
    if ("unknown" in judged) failed.push(judged.unknown);
  }
  if (failed.length > 0) throw failed[0];
}
