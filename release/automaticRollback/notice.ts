import type { Armed } from "./arming.ts";
import type { PagesOutcome } from "./pages.ts";

/** A message to people. */
export interface Notice {
  /** One line of ASCII, at most 100 characters: a mail's subject. */
  readonly subject: string;
  readonly message: string;
}

/** What became of an alarm. */
export type Outcome =
  /** `pages` only for a stack that has some. */
  | { readonly deed: "moved"; readonly services: readonly string[]; readonly pages?: PagesOutcome }
  /** The services were back already, and their pages were left. */
  | { readonly deed: "followed"; readonly pages: PagesOutcome }
  | { readonly deed: "refused"; readonly why: string }
  | { readonly deed: "failed"; readonly why: string; readonly moved: readonly string[] };

export interface NoticeFacts {
  readonly stack: string;
  readonly alarm: string;
  /** What the switch recorded; undefined where that was not there or not read. */
  readonly arming: Armed | undefined;
  readonly outcome: Outcome;
}

/** What people are told: what happened, what serves, what to do next. */
export function rollbackNotice({ stack, alarm, arming, outcome }: NoticeFacts): Notice {
  const back = arming === undefined ? "what served before" : `${arming.returnsTo} ${arming.returnsToVersion}`;
  const from = arming === undefined ? "what serves" : `${arming.leaves} ${arming.version}`;
  const byHand =
    arming === undefined
      ? "look at what serves (`greenlight status`), and move it by hand if users are not served well: docs/aws.md, Rollback."
      : `if users are not served well: \`pulumi config set greenlight:live ${arming.returnsTo} && pulumi up\`.`;
  switch (outcome.deed) {
    case "moved":
      return notice(
        `${stack}: traffic went back to ${back}${leftBehind(outcome.pages) ? ", the pages did NOT" : ""}`,
        `${alarm} fired while ${from} was in its bake, and traffic went back to ${back} by itself.`,
        `Read back: ${outcome.services.join(", ")} served by ${arming?.returnsTo ?? "the side before"} 100 %. The database was not changed.`,
        ...(outcome.pages === undefined ? [] : [sayPages(outcome.pages)]),
        bringInLine(arming),
      );
    case "followed":
      return notice(
        `${stack}: the pages ${leftBehind(outcome.pages) ? "did NOT go" : "went"} back to ${arming?.returnsToVersion ?? "those before"}`,
        `${alarm} fired while ${from} was in its bake, and ${back} served already.`,
        sayPages(outcome.pages),
        bringInLine(arming),
      );
    case "refused":
      return notice(
        `${stack}: traffic did NOT go back`,
        `${alarm} fired, and traffic was not moved by itself: ${outcome.why}.`,
        `Traffic is as it was.`,
        `Next: ${byHand}`,
      );
    case "failed":
      return notice(
        `${stack}: traffic did NOT go back`,
        `${alarm} fired while ${from} was in its bake, and moving traffic back to ${back} failed: ${outcome.why}`,
        outcome.moved.length === 0
          ? "No rule was changed."
          : `Changed so far: ${outcome.moved.join(", ")}; not read back.`,
        `It is tried again twice within minutes. Next: ${byHand}`,
      );
  }
}

function bringInLine(arming: Armed | undefined): string {
  return `Next: \`pulumi config set greenlight:live ${arming?.returnsTo ?? "<side>"} && pulumi up\` brings the stack in line; until then an update refuses to overwrite the rules.`;
}

function leftBehind(pages: PagesOutcome | undefined): boolean {
  return pages?.deed === "refused" || pages?.deed === "failed";
}

function sayPages(pages: PagesOutcome): string {
  switch (pages.deed) {
    case "moved":
      return `Pages: those of ${pages.version}, read back from the store; the edges follow within seconds.`;
    case "none":
    case "refused":
      return `Pages were not changed: ${pages.why}.`;
    case "failed":
      return `Pages did not go back: ${pages.why}. It is tried again twice within minutes; by hand: docs/aws.md, Pages.`;
  }
}

function notice(subject: string, ...lines: readonly string[]): Notice {
  return { subject: subject.replace(/[^\x20-\x7e]/g, "?").slice(0, 100), message: lines.join("\n") };
}
