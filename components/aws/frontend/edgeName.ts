import { physicalName } from "../physicalName.ts";

/** What everything of the pages is called at CloudFront's edge: the function, its store and what goes with them. */
export function edgeName(stack: string): string {
  return physicalName("edge", stack, "pages");
}
