import { once } from "node:events";
import { connect } from "node:net";
import { relative } from "node:path";
import { afterAll, expect } from "vitest";
import { kindOf } from "./kinds.ts";

const turn = connect(process.env.GREENLIGHT_TEST_TURNS ?? "");
turn.write(kindOf(relative(process.cwd(), expect.getState().testPath ?? "")));
await once(turn, "data");
// A turn keeps no process that is done.
turn.unref();
afterAll(() => {
  turn.destroy();
});
