import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { folderInMemory } from "./test/folderInMemory.ts";
import { giveTurns } from "./test/turns/giveTurns.ts";
import { Sequence } from "./test/turns/sequence.ts";

/** Whole releases by the real engine. These and {@link tools} `npm test` leaves out, and `npm run test:all` does not. */
const releases = ["test/engine/**/*.test.ts", "test/rehearsal/quick/**/*.test.ts"];
/** What tests and rehearsals are made with. */
const tools = "test/{load,tools}/**/*.test.ts";
/** What is tested within one process and keeps nothing there: a process of its own for each file costs more than its tests. */
const within =
  "test/{bench,checklist,components,config,docs,draft,evidence,gate,migrationSafety,policies,project,provider/{aws,kubernetes,prometheus},release}/**/*.test.ts";
const minute = 60_000;

// This file is read once for each project, in one process.
process.env.GREENLIGHT_TEST_FOLDER ??= folderInMemory();
if (process.env.GREENLIGHT_TEST_TURNS === undefined) {
  process.env.GREENLIGHT_TEST_TURNS = join(process.env.GREENLIGHT_TEST_FOLDER, "turns");
  giveTurns(process.env.GREENLIGHT_TEST_TURNS);
}

// Tests start real servers, engines and browsers, and a slow machine is no failure: what ends a test is that it hangs. What is built for
// the first time is built before tests.
export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 20 * minute,
    hookTimeout: 60 * minute,
    teardownTimeout: 30_000,
    sequence: { sequencer: Sequence },
    // More than have a turn, see test/turns: those that wait for theirs are loaded.
    maxWorkers: 8,
    setupFiles: ["test/turns/takeTurn.ts"],
    env: {
      TMPDIR: process.env.GREENLIGHT_TEST_FOLDER,
      // Said once by each process that loads the SDK, on a Node that it still supports.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      // The authorities of a proxy would be read anew by each of the thousands of nodes that tests start, which speak on loopback only.
      NODE_EXTRA_CA_CERTS: "",
    },
    projects: [
      {
        extends: true,
        test: { name: "tests", include: ["test/**/*.test.ts"], exclude: [...releases, tools, within] },
      },
      { extends: true, test: { name: "releases", include: releases, testTimeout: 40 * minute } },
      { extends: true, test: { name: "within", include: [within], isolate: false } },
      { extends: true, test: { name: "tools", include: [tools] } },
    ],
  },
});
