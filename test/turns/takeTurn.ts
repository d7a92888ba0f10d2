import { once } from "node:events";
import { connect } from "node:net";
import { relative } from "node:path";
import { afterAll, expect } from "vitest";
import { waiting } from "./waiting.ts";

const file = relative(process.cwd(), expect.getState().testPath ?? "");

if (!waiting.includes(file)) {
  const turn = connect(process.env.GREENLIGHT_TEST_TURNS ?? "");
  await once(turn, "data");
  // A turn keeps no process that is done.
  turn.unref();
  afterAll(() => {
    turn.destroy();
  });
}
