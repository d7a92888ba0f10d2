import { defineConfig } from "vitest/config";
import { Sequence } from "./test/turns/sequence.ts";

const rehearsals = "test/rehearsal/quick/**/*.test.ts";
const minute = 60_000;

// Tests start real servers, engines and browsers, and a slow machine is no failure. Two files at a time is what two cores carry: see test/turns.
export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 2 * minute,
    hookTimeout: 2 * minute,
    teardownTimeout: 30_000,
    sequence: { sequencer: Sequence },
    // Said once by each process that loads the SDK, on a Node that it still supports.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    projects: [
      {
        extends: true,
        test: {
          name: "tests",
          include: ["test/**/*.test.ts"],
          exclude: [rehearsals],
          maxWorkers: 5,
          globalSetup: ["test/turns/giveTurns.ts"],
          setupFiles: ["test/turns/takeTurn.ts"],
        },
      },
      // After everything else: requests that must not fail, and how fast they are answered, want the machine.
      {
        extends: true,
        test: {
          name: "rehearsals",
          include: [rehearsals],
          maxWorkers: 2,
          testTimeout: 40 * minute,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
