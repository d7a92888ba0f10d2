// What must be there before any TypeScript of ours can run: Node itself, and the packages of
// package-lock.json. Plain Node without dependencies, because it runs before they are installed.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const modules = join(root, "node_modules");
const lockFile = join(root, "package-lock.json");
const stamp = join(modules, ".greenlight-lock");

/**
 * What is wrong with this Node, or undefined.
 * @param {string} version
 * @returns {string | undefined}
 */
export function nodeComplaint(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 12)) return undefined;
  return `Greenlight needs Node 20.12 or newer; this is ${version} (${process.execPath}).\nNext: install a newer Node and run this again`;
}

/** True when node_modules holds what package-lock.json says. */
export function modulesAreCurrent() {
  const digest = lockDigest();
  try {
    return readFileSync(stamp, "utf8").trim() === digest;
  } catch {
    // Installed by hand: npm writes this file last, so it is there only after a whole installation.
    try {
      return statSync(join(modules, ".package-lock.json")).mtimeMs >= statSync(lockFile).mtimeMs;
    } catch {
      return false;
    }
  }
}

function lockDigest() {
  return createHash("sha256").update(readFileSync(lockFile)).digest("hex");
}

/**
 * Runs `npm ci` where node_modules is missing or older than package-lock.json. Two at once wait for each
 * other; what npm prints is shown only when it fails.
 * @returns {Promise<number>} 0, or the exit code of what failed
 */
export async function installModules() {
  if (modulesAreCurrent()) return 0;
  const release = await holdLock();
  try {
    if (modulesAreCurrent()) return 0;
    const started = Date.now();
    say("installing the packages of package-lock.json with npm ci (about half a minute)");
    // Gone first, so that an interrupted installation is not taken for a whole one.
    rmSync(stamp, { force: true });
    const npm = process.env.npm_execpath;
    const [file, before] = npm !== undefined && /npm-cli\.c?js$/.test(npm) ? [process.execPath, [npm]] : ["npm", []];
    const { code, output } = await runQuietly(file, [...before, "ci", "--no-audit", "--no-fund"]);
    if (code !== 0) {
      say(`npm ci failed with exit code ${code}:\n${output.trimEnd()}`);
      say("Next: mend what npm complains about and run this again");
      return code;
    }
    writeFileSync(stamp, `${lockDigest()}\n`);
    say(`installed the packages (${((Date.now() - started) / 1000).toFixed(0)} s)`);
    return 0;
  } finally {
    release();
  }
}

async function holdLock() {
  const folder = join(root, ".greenlight");
  const lock = join(folder, "npm-ci.lock");
  const owner = join(lock, "pid");
  mkdirSync(folder, { recursive: true });
  let said = false;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(lock, { recursive: true, force: true });
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
    }
    if (isAbandoned(lock, owner)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!said) say("another run is installing the packages; waiting for it");
    said = true;
    await pause(200);
  }
}

/**
 * @param {string} lock
 * @param {string} owner
 */
function isAbandoned(lock, owner) {
  try {
    const pid = Number(readFileSync(owner, "utf8"));
    if (!Number.isInteger(pid) || pid <= 0) return Date.now() - statSync(lock).mtimeMs > 5_000;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EPERM") return false;
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return true;
    // Between mkdir and the pid there is a moment without one.
    return existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 5_000;
  }
}

/**
 * @param {string} file
 * @param {string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function runQuietly(file, args) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const stop = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    for (const signal of forwarded) process.on(signal, stop);
    const done = (/** @type {number} */ code) => {
      for (const signal of forwarded) process.off(signal, stop);
      resolve({ code, output });
    };
    child.on("error", (error) => {
      output += `${file} could not be started: ${error.message}`;
      done(127);
    });
    child.on("close", (code, signal) => done(code ?? codeOf(signal)));
  });
}

/** Signals that are passed on to what we started. */
export const forwarded = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * The exit code of a program that a signal ended, as shells count it.
 * @param {NodeJS.Signals | null} signal
 */
export function codeOf(signal) {
  const numbers = /** @type {Record<string, number>} */ ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 });
  return 128 + (numbers[signal ?? ""] ?? 0);
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}
