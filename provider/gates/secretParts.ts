/** What must not be shown of secret variables: their values, and the passwords inside those that are addresses. */
export function secretParts(secretEnv: Readonly<Record<string, string>>): string[] {
  return Object.values(secretEnv).flatMap((value) => {
    if (!URL.canParse(value)) return [value];
    const { password } = new URL(value);
    return [value, password, decoded(password)].filter((part) => part !== "");
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // no percent encoding: it is what it is
  }
}
