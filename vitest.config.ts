import { defineConfig } from "vitest/config";

// Tests start real servers, engines and browsers: two at a time is what two cores carry, and a slow machine is no failure.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
