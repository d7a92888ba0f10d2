/** What a container runs for a script of ours; the arguments are its own, and no shell reads them. */
export function shell(script: string, ...args: readonly string[]): string[] {
  return ["/bin/sh", "-c", script, "greenlight", ...args];
}
