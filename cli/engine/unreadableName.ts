/** Under which name a file of the engine's is kept that could not be read. */
export function unreadableName(file: string, now: Date): string {
  return `${file}.unreadable-${now.toISOString().replace(/[-:.]/g, "")}`;
}
