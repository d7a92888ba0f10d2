import { once } from "node:events";
import { connect } from "node:net";
import { relative } from "node:path";
import { afterAll, expect } from "vitest";
import type { Kind } from "./giveTurns.ts";
import { waiting } from "./waiting.ts";

const file = relative(process.cwd(), expect.getState().testPath ?? "");
const kind: Kind = waiting.includes(file) ? "waiting" : "computing";

const turn = connect(process.env.GREENLIGHT_TEST_TURNS ?? "");
turn.write(kind);
await once(turn, "data");
// A turn keeps no process that is done.
turn.unref();
afterAll(() => {
  turn.destroy();
});
