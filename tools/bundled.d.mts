/** Path of a file below the repository, its size in bytes, when it was modified (ms since 1970). */
export type Source = [path: string, size: number, modifiedMs: number];
export const bundlesFolder: string;
export const currentFile: string;
export const runner: string;
/** The file to start instead of a source, by its path below the repository; undefined where the source itself is to be started. */
export function bundled(source: string): string | undefined;
/** Starts a source, by its path below the repository: its bundle, else the source itself. Gives what it exports. */
export function start(source: string): Promise<unknown>;
/** Name of a source's output, without its ending. */
export function outputOf(source: string): string;
/** Folder of the bundle, looked at anew; empty where there is none that is as new as its sources. */
export function freshBundle(): string;
