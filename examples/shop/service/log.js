/** The same message at most this often a second: an outage must not fill the disk. */
const linesPerSecond = 20;

/** JSON lines on stdout, one for each notable event and each error (not one for each request). */
export function createLog({ service, version, environment }, write = (line) => process.stdout.write(line)) {
  const recent = new Map();

  function line(level, message, facts = {}) {
    const now = Date.now();
    const seen = recent.get(message);
    if (seen !== undefined && now - seen.since < 1000) {
      seen.lines += 1;
      if (seen.lines > linesPerSecond) return;
    } else {
      if (recent.size > 1000) recent.clear();
      recent.set(message, { since: now, lines: 1 });
    }
    const left = seen === undefined || recent.get(message) === seen ? 0 : Math.max(0, seen.lines - linesPerSecond);
    const suppressed = left > 0 ? { suppressed: left } : {};
    const time = new Date(now).toISOString();
    write(`${JSON.stringify({ time, level, service, version, environment, message, ...facts, ...suppressed })}\n`);
  }

  return {
    info: (message, facts) => line("info", message, facts),
    error: (message, facts) => line("error", message, facts),
  };
}
