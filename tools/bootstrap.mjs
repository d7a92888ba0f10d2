// The first step of `npm run rehearse`, `npm test`, `npm run test:all` and `npm run bench`: from a fresh clone to a running
// program, with nothing but Node and npm on the machine.
//
//     node tools/bootstrap.mjs rehearse|test|test:all|bench [arguments of that step]
import { spawn } from "node:child_process";
import { codeOf, forwarded, installModules, nodeComplaint, root, say } from "./requirements.mjs";

/** @typedef {{ readonly doing: string, readonly args: readonly string[], readonly goOn?: true }} Step */

/** What is started most often starts faster bundled. */
const bundling = { doing: "the bundling", args: ["--import", "tsx/esm", "tools/bundle.ts"] };

/** @param {string[]} args of the tests themselves @returns {readonly Step[]} */
const testing = (...args) => [
  { doing: "the type check", args: ["node_modules/typescript/bin/tsc", "--noEmit"] },
  { doing: "the linter", args: ["node_modules/@biomejs/biome/bin/biome", "check"] },
  bundling,
  { doing: "the installation of tools", args: ["--import", "tsx/esm", "tools/install.ts"] },
  // Minutes of building, which no test's own time limit would bear. Without it the tests that need it fail, and say why.
  {
    doing: "the control plane",
    args: ["--import", "tsx/esm", "tools/install.ts", "kubernetes", "prometheus", "rclone"],
    goOn: true,
  },
  { doing: "the tests", args: ["node_modules/vitest/vitest.mjs", "run", ...args] },
];

/**
 * The programs of each command, all started with node; the command's own arguments go to the last.
 * @type {Readonly<Record<string, readonly Step[]>>}
 */
const commands = {
  rehearse: [bundling, { doing: "the rehearsal", args: ["--max-semi-space-size=1", "cli/bin.mjs", "rehearse"] }],
  bench: [bundling, { doing: "the benchmark", args: ["--import", "tsx/esm", "bench/main.ts"] }],
  test: testing("--project=tests", "--project=within"),
  "test:all": testing(),
};

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {string[]} args
 * @returns {Promise<number>}
 */
async function main([command = "", ...args]) {
  const complaint = nodeComplaint();
  if (complaint !== undefined) {
    say(complaint);
    return 8;
  }
  const steps = commands[command];
  if (steps === undefined) {
    say(`usage: node tools/bootstrap.mjs ${Object.keys(commands).join("|")} [arguments]`);
    return 2;
  }
  const installed = await installModules();
  if (installed !== 0) return installed;

  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const code = await run([...step.args, ...(isLast ? args : [])]);
    if (code !== 0 && step.goOn !== true) {
      if (!isLast) say(`${step.doing} failed with exit code ${code}; what comes after it was not run`);
      return code;
    }
  }
  return 0;
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
function run(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      // A terminal's Ctrl-C reaches the child as well; a second one would cut its tidying up short.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of forwarded) process.on(signal, pass);
    const done = (/** @type {number} */ code) => {
      for (const signal of forwarded) process.off(signal, pass);
      resolve(code);
    };
    child.on("error", (error) => {
      say(`node could not be started: ${error.message}`);
      done(1);
    });
    child.on("close", (code, signal) => done(code ?? codeOf(signal)));
  });
}
