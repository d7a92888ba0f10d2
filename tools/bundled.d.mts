/** Path of a file below the repository, its size in bytes, when it was modified (ms since 1970). */
export type Source = [path: string, size: number, modifiedMs: number];
export const bundlesFolder: string;
export const currentFile: string;
export function bundled(name: "cli" | "program" | "provider" | "random" | "runner" | "thread"): string | undefined;
/** Folder of the bundle, looked at anew; empty where there is none that is as new as its sources. */
export function freshBundle(): string;
