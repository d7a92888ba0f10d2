import { connect } from "node:net";

/**
 * Calls `onGone` once when the engine that started this plugin is gone, even by kill -9, so that nothing goes on behind
 * the next update's back. The engine listens on `address` (host:port) for as long as it lives.
 */
export function watchEngine(address: string, onGone: () => void, everyMs = 500): void {
  const [host = "127.0.0.1", port = ""] = address.split(/:(?=\d+$)/);
  let misses = 0;
  let gone = false;
  const timer = setInterval(() => {
    const probe = connect({ host, port: Number(port), timeout: 1000 });
    const settle = (alive: boolean) => {
      probe.destroy();
      misses = alive ? 0 : misses + 1;
      if (misses < 2 || gone) return;
      gone = true; // probes may still be under way
      clearInterval(timer);
      onGone();
    };
    probe.once("connect", () => settle(true));
    probe.once("timeout", () => settle(false));
    probe.once("error", () => settle(false));
  }, everyMs);
  timer.unref();
}
