import { createServer } from "node:http";
import { readFault } from "./faults.js";
import { createLog } from "./log.js";
import { readSettings, SettingError } from "./settings.js";

/** Longer than a proxy keeps an idle connection, so that it is the proxy who closes it and no request meets a closing one. */
const keepAliveMs = 90_000;
/** A request that is still under way so long after SIGTERM is cut off. */
const drainMs = 30_000;
const bodyLimit = 16 * 1024;

/** An answer other than success, with the sentence its caller gets to read. */
export class Refusal extends Error {
  constructor(status, code, message, facts = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.facts = facts;
  }
}

export function json(status, value) {
  return { status, type: "application/json; charset=utf-8", body: `${JSON.stringify(value)}\n` };
}

/**
 * Runs a service until SIGTERM: then it accepts no more, finishes what is under way and exits 0.
 *
 * `build(settings, fault, log)` gives `{handle(request), healthy(), close()}`; `handle` returns
 * `{status, type, body, headers}` or throws a {@link Refusal}, `request` is `{method, path, readJson()}`.
 */
export function runService(name, build) {
  let settings;
  let service;
  let log;
  let fault;
  try {
    settings = readSettings(name, process.env);
    fault = readFault(settings.fault);
    log = createLog(settings);
    service = build(settings, fault, log);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exit(2);
  }

  let stopping = false;
  const server = createServer({ keepAliveTimeout: keepAliveMs, requestTimeout: 30_000 }, (incoming, response) => {
    answer(incoming, { settings, service, fault, log }).then((reply) => {
      const body = Buffer.from(reply.body);
      response.writeHead(reply.status, {
        "content-type": reply.type,
        "content-length": body.length,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-version": settings.version,
        "x-environment": settings.environment,
        ...reply.headers,
        ...(stopping || reply.closes ? { connection: "close" } : {}),
      });
      response.end(incoming.method === "HEAD" ? undefined : body);
    });
  });
  server.headersTimeout = 15_000;
  server.on("error", (error) => {
    log.error("cannot listen", { code: error.code, port: settings.port });
    process.exit(1);
  });
  server.listen(settings.port, settings.host, 511, () => {
    log.info("listening", { host: settings.host, port: server.address().port, fault: fault.name });
  });

  function stop(signal) {
    if (stopping) return;
    stopping = true;
    log.info("stopping", { signal });
    setTimeout(() => {
      log.error("cut off requests that did not end in time", { drainMs });
      server.closeAllConnections();
    }, drainMs).unref();
    server.close(async () => {
      await service.close();
      log.info("stopped");
    });
    server.closeIdleConnections();
  }
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

async function answer(incoming, { settings, service, fault, log }) {
  const path = (incoming.url ?? "/").split("?", 1)[0];
  try {
    if (path === "/health") return await health(settings, service, fault);
    if (path === "/version") {
      return json(200, { service: settings.service, version: settings.version, environment: settings.environment });
    }
    const delay = fault.delayOfNext();
    // Not kept alive by the wait alone: once its caller is gone, nobody waits for it.
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
    if (fault.failsNext()) throw new Error("price rules could not be loaded");
    const method = incoming.method === "HEAD" ? "GET" : incoming.method;
    return await service.handle({ method, path, readJson: () => readJson(incoming) });
  } catch (error) {
    if (error instanceof Refusal) {
      if (error.status >= 500) log.error(error.message, { path, code: error.code, ...error.facts });
      const refused = json(error.status, { error: { code: error.code, message: error.message } });
      return { ...refused, closes: error.status === 413 };
    }
    log.error(error.message, { path, code: error.code });
    return json(500, { error: { code: "internal", message: "Something went wrong on our side." } });
  }
}

async function health({ version }, service, fault) {
  const facts = fault.healthy ? await service.healthy() : { status: "starting" };
  return json(facts.status === "ok" ? 200 : 503, { version, ...facts });
}

/** The JSON of a request's body, at most {@link bodyLimit} bytes. */
async function readJson(incoming) {
  const chunks = [];
  let size = 0;
  try {
    // Left open on refusal: destroying the request would take the answer with it.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      size += chunk.length;
      if (size > bodyLimit) throw new Refusal(413, "too-large", `The body may have ${bodyLimit} bytes.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "cut-off", "The body ended before its end.");
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refusal(400, "not-json", "The body is not JSON.");
  }
}
