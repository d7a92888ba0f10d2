import { sentence } from "./problem.ts";

/** What became of what a restore drill made, when the work with it was over. */
export type Ending = "kept" | "removed" | "being removed" | "still there";

/** What becomes of it. Never rejects: what the drill saw is not lost for one that does not go. */
export async function endingOf(
  keep: boolean,
  remove: () => Promise<Ending>,
  tell: (line: string) => void,
): Promise<Ending> {
  if (keep) return "kept";
  try {
    return await remove();
  } catch (error) {
    tell(sentence(error));
    return "still there";
  }
}

/** An ending in words, after `<what was made> is`. */
export function sayEnding(ending: Ending): string {
  const later = "`greenlight drill snapshot --remove` removes it; it costs as long as it is there";
  if (ending === "kept") return `kept: ${later}`;
  if (ending === "still there") return `still there, for it could not be removed: ${later}`;
  return ending;
}
