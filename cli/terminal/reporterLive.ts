import type { WriteStream } from "node:tty";
import { createLogUpdate } from "log-update";
import type { Phase } from "../../release/schedule.ts";
import type { Reporter } from "../reporter.ts";
import { showDisplay } from "./display.ts";
import { applyEvent, startDisplay } from "./displayState.ts";
import { renderDisplay } from "./renderDisplay.ts";
import { styleFor } from "./style.ts";

/** How often times are brought up to date, ms. */
const redrawEvery = 200;

export interface LiveOptions {
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly color: boolean;
  readonly signal: AbortSignal;
}

/** One screen that is drawn anew as things happen; its last state stays above what is printed afterwards. */
export function liveReporter({ title, phases, color, signal }: LiveOptions, stream: WriteStream): Reporter {
  const screen = createLogUpdate(stream);
  const style = styleFor(stream, color);
  let state = startDisplay(title, Date.now(), phases);
  let still = false;
  const draw = (over = false) => {
    if (still) return;
    const stopping = signal.aborted;
    const frame = { columns: stream.columns ?? 80, now: Date.now(), style, over };
    screen(renderDisplay({ ...state, stopping }, frame).join("\n"));
  };
  const timer = setInterval(() => draw(), redrawEvery);
  timer.unref();
  showDisplay({
    pause: () => {
      draw();
      still = true;
      screen.done();
    },
    resume: () => {
      still = false;
      draw();
    },
  });
  return {
    tell: (event) => {
      state = applyEvent(state, event, Date.now());
      draw();
    },
    close: () => {
      clearInterval(timer);
      showDisplay(undefined);
      draw(true);
      still = true;
      screen.done();
    },
  };
}
