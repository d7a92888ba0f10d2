/** A live display that redraws itself; while a person is asked something it must keep still. */
export interface Display {
  pause(): void;
  resume(): void;
}

let current: Display | undefined;

/** Names the display that is on the terminal now; undefined when none is. */
export function showDisplay(display: Display | undefined): void {
  current = display;
}

/** Does something that needs the terminal for itself, such as a question. */
export async function withTerminal<T>(work: () => Promise<T>): Promise<T> {
  const display = current;
  display?.pause();
  try {
    return await work();
  } finally {
    display?.resume();
  }
}

/** Whether a live display is on the terminal. */
export function displayShown(): boolean {
  return current !== undefined;
}
