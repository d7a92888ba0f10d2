/** Root folder of this project, with a slash at its end. */
export const root: string;
/** What is wrong with this version of Node (default: the running one), or undefined. */
export function nodeComplaint(version?: string): string | undefined;
/** True when node_modules holds what package-lock.json says. */
export function modulesAreCurrent(): boolean;
/** Runs `npm ci` where that is not so; gives 0 or the exit code of what failed. */
export function installModules(): Promise<number>;
export const forwarded: readonly ["SIGINT", "SIGTERM", "SIGHUP"];
export function codeOf(signal: NodeJS.Signals | null): number;
export function say(line: string): void;
