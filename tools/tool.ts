/** Where a tool comes from: found on this machine, or put into our cache. */
export type Source = "installed" | "cache";

/** What a search found out without changing anything. */
export type Search<T> =
  | { readonly found: T }
  | {
      readonly found: undefined;
      /** What is in the way, as half a sentence: "not on PATH, and Go is missing". */
      readonly missing: string;
      /** What `ensureToolchain` would do about it, or undefined when it cannot. */
      readonly would: string | undefined;
      /** The command or step that mends it. */
      readonly mend: string;
    };
