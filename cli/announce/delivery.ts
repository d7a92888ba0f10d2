import type { AnnouncementKind, Downtime } from "../../release/announcement.ts";

/** An announcement as every channel gets it. */
export interface Message {
  /** The same for every attempt at one delivery, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly kind: AnnouncementKind;
  readonly version: string;
  readonly project: string;
  readonly stack: string;
  readonly by: string;
  /** ISO time. */
  readonly at: string;
  /** Its first line is the title. */
  readonly text: string;
  readonly downtime?: Downtime | undefined;
}

/** What became of one attempt for one recipient. */
export interface Outcome {
  readonly to: string;
  readonly ok: boolean;
  readonly status?: number | undefined;
  readonly response: string;
  readonly reference?: string | undefined;
}

/** What one attempt came to. */
export interface Tried {
  readonly outcomes: readonly Outcome[];
  /** Worth another attempt: nobody was reached, and the receiver may be able to later. */
  readonly again: boolean;
  /** Milliseconds that the receiver asks to wait. */
  readonly afterMs?: number | undefined;
}

/** One channel's part of an announcement, ready to be sent. */
export interface Delivery {
  readonly to: readonly string[];
  /** Exactly what is sent where; secrets by the names of their variables. */
  readonly shown: string;
  /** Why it cannot be sent, such as a variable that is not set. */
  readonly problem?: string | undefined;
  /** One attempt. Rejects only when `signal` aborts. */
  readonly attempt: (timeoutMs: number, signal: AbortSignal) => Promise<Tried>;
}

/** That a channel has nothing to say to an announcement, and why. */
export interface NothingToSay {
  readonly nothing: string;
}

/** What a channel makes a delivery of. */
export interface Given {
  readonly name: string;
  readonly to: readonly string[];
  readonly message: Message;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the receiver calls the maintenance that was announced to it. */
  readonly maintenance: string | undefined;
}

/** The first line, without the sign before it. */
export function titleOf({ text }: Pick<Message, "text">): string {
  const [first = ""] = text.split("\n", 1);
  return first.replace(/^[^\p{L}\p{N}]+/u, "");
}

/** A text on one line, for results: at most 200 characters. */
export function shortened(text: string): string {
  const line = text.replace(/[\p{C}\s]+/gu, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

/** The same outcome for every recipient. */
export function forAll(to: readonly string[], outcome: Omit<Outcome, "to">): readonly Outcome[] {
  return to.map((name) => ({ to: name, ...outcome }));
}
