/**
 * Faults on purpose, so that the rehearsal has bad releases to catch. A release's manifest asks for one by FAULT:
 *
 *   errors:<share>[:after=<n>]       this share of requests is answered 500
 *   slow:<ms>ms:<share>[:after=<n>]  this share of requests waits so long first
 *   never-healthy                    /health answers 503 for ever
 *   wrong-shape                      GET /products answers another shape than agreed
 *
 * `after` (default 200) lets that many requests pass first: the fault shows under real traffic only, after health
 * checks and smoke test have passed. Shares are exact (every n-th request), so runs can be compared.
 */
import { SettingError } from "./settings.js";

const none = {
  name: "none",
  failsNext: () => false,
  delayOfNext: () => 0,
  healthy: true,
  wrongShape: false,
};

export function readFault(text) {
  if (text === "") return none;
  const [name, ...parts] = text.split(":");
  switch (name) {
    case "never-healthy":
      return { ...none, name, healthy: false };
    case "wrong-shape":
      return { ...none, name, wrongShape: true };
    case "errors":
      return { ...none, name, failsNext: everyNth(share(text, parts[0]), after(text, parts[1])) };
    case "slow": {
      const delay = /^(\d{1,6})ms$/.exec(parts[0] ?? "")?.[1];
      if (delay === undefined) throw unreadable(text);
      const hits = everyNth(share(text, parts[1]), after(text, parts[2]));
      return { ...none, name, delayOfNext: () => (hits() ? Number(delay) : 0) };
    }
    default:
      throw unreadable(text);
  }
}

function share(text, part) {
  const value = Number(part);
  if (!(value > 0 && value <= 1)) throw unreadable(text);
  return value;
}

function after(text, part) {
  if (part === undefined) return 200;
  const count = /^after=(\d{1,9})$/.exec(part)?.[1];
  if (count === undefined) throw unreadable(text);
  return Number(count);
}

function everyNth(hitShare, quietRequests) {
  let requests = 0;
  return () => {
    requests += 1;
    const counted = requests - quietRequests;
    return counted > 0 && Math.floor(counted * hitShare) > Math.floor((counted - 1) * hitShare);
  };
}

function unreadable(text) {
  return new SettingError(`FAULT "${text}" is none of those that service/faults.js describes`);
}
