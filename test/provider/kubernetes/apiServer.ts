import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Kind =
  | "deployments"
  | "replicasets"
  | "pods"
  | "services"
  | "endpointslices"
  | "httproutes"
  | "jobs"
  | "volumesnapshots"
  | "persistentvolumeclaims"
  | "events";
type Thing = {
  metadata: { name: string; labels?: Record<string, string>; [key: string]: unknown };
  [key: string]: unknown;
};

interface Watcher {
  readonly kind: Kind;
  readonly response: ServerResponse;
}

const verbs: Readonly<Record<string, string>> = { PATCH: "patch", POST: "create", DELETE: "delete" };

/** Answers lists, reads and watches of one namespace as an API server does, and does nothing by itself. */
export class ApiServer {
  readonly kubeconfig: string;
  /** Each request that was made: verb and kind. */
  readonly requests: string[] = [];
  /** Names of the objects that were created, in order. */
  readonly created: string[] = [];
  /** Logs of pods by name. */
  readonly logs: Record<string, string> = {};
  /** Containers whose log was asked for, in order. */
  readonly logsAsked: string[] = [];
  /** Whether those are of the run before; else of the one that goes on or has ended. */
  previousLogs = true;
  /** What the cluster's controllers do when a Service or a route was changed; nothing unless a test says so. */
  onPatched: (name: string) => void = () => {};
  /** What the cluster's controllers do when an object was created or deleted; nothing unless a test says so. */
  onChanged: (verb: "create" | "delete", kind: Kind, name: string) => void = () => {};
  /** Whether the namespace is there. */
  namespaced = true;
  /** Answers nothing any more. */
  hang = false;
  /** How it answers a request such as `patch services` otherwise than it should: never, or with this status. */
  misbehave: (asked: string, name: string | undefined) => "never" | number | undefined = () => undefined;
  #objects: Record<Kind, Map<string, Thing>> = {
    deployments: new Map(),
    replicasets: new Map(),
    pods: new Map(),
    services: new Map(),
    endpointslices: new Map(),
    httproutes: new Map(),
    jobs: new Map(),
    volumesnapshots: new Map(),
    persistentvolumeclaims: new Map(),
    events: new Map(),
  };
  #watchers: Watcher[] = [];
  #version = 1;
  #refusal: number | undefined;
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    this.#folder = mkdtempSync(join(tmpdir(), "greenlight-api-"));
    this.kubeconfig = join(this.#folder, "kubeconfig");
    const { port } = server.address() as AddressInfo;
    const config = {
      apiVersion: "v1",
      kind: "Config",
      // Plain HTTP is taken only by who asks for no certificate.
      clusters: [{ name: "it", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } }],
      users: [{ name: "it", user: { token: "only-for-this-test" } }],
      contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
      "current-context": "it",
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config));
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("request", (request, response) => this.#answer(request, response));
  }

  static async start(): Promise<ApiServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ApiServer(server);
  }

  /** What a gate is told of the cluster. */
  get access() {
    return { kubeconfig: this.kubeconfig, namespace: "shop" };
  }

  put(kind: Kind, ...things: Thing[]): void {
    for (const thing of things) {
      const { name } = thing.metadata;
      const known = this.#objects[kind].has(name);
      this.#version += 1;
      const kept = {
        ...thing,
        metadata: { namespace: "shop", ...thing.metadata, resourceVersion: String(this.#version) },
      };
      this.#objects[kind].set(name, kept);
      this.#send(kind, known ? "MODIFIED" : "ADDED", kept);
    }
  }

  /** An object as it is now. */
  get(kind: Kind, name: string): Thing | undefined {
    return this.#objects[kind].get(name);
  }

  /** Names of what is there, sorted. */
  names(kind: Kind): string[] {
    return [...this.#objects[kind].keys()].sort();
  }

  remove(kind: Kind, name: string): void {
    const thing = this.#objects[kind].get(name);
    if (thing === undefined) return;
    this.#objects[kind].delete(name);
    this.#send(kind, "DELETED", thing);
  }

  /** Answers everything with this status, or as it should again. */
  refuse(status: number | undefined): void {
    this.#refusal = status;
  }

  /** Breaks every connection, as a restart does. */
  cut(): void {
    this.#watchers = [];
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Resolves once a watch of every one of these kinds is open. */
  async watched(...kinds: Kind[]): Promise<void> {
    while (!kinds.every((kind) => this.#watchers.some((it) => it.kind === kind))) {
      await new Promise((resolve) => this.#server.once("request", () => setImmediate(resolve)));
    }
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #send(kind: Kind, type: string, object: Thing): void {
    for (const it of this.#watchers) if (it.kind === kind) it.response.write(`${JSON.stringify({ type, object })}\n`);
  }

  /** A JSON patch of a selector, or of a route's rules, their backends or which there are, if it is what it was: nothing else is written. */
  async #patch(kind: Kind, name: string, request: IncomingMessage, say: (status: number, body: object) => void) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const thing = this.#objects[kind].get(name);
    if (thing === undefined) {
      say(404, { kind: "Status", code: 404, message: `${name} not found` });
      return;
    }
    const next = structuredClone(thing) as Thing & { spec: { selector: unknown; rules: { backendRefs: unknown }[] } };
    for (const { op, path, value } of JSON.parse(text)) {
      if (op === "test" && path === "/metadata/resourceVersion") {
        if (next.metadata.resourceVersion === value) continue;
        say(422, { kind: "Status", code: 422, message: "testing path /metadata/resourceVersion failed" });
        return;
      }
      if (op === "replace" && path === "/spec/selector" && next.spec.selector === undefined) {
        say(422, { kind: "Status", code: 422, message: "replace operation does not apply: doc is missing key" });
        return;
      }
      const gone = op === "remove" ? /^\/spec\/rules\/(\d+)$/.exec(path)?.[1] : undefined;
      const rule = next.spec.rules?.[Number(/^\/spec\/rules\/(\d+)\/backendRefs$/.exec(path)?.[1])];
      if (gone !== undefined) next.spec.rules.splice(Number(gone), 1);
      else if (path === "/spec/selector") next.spec.selector = value;
      else if (rule !== undefined) rule.backendRefs = value;
      else throw new Error(`${path} is not written by anybody`);
    }
    this.put(kind, next);
    say(200, next);
    this.onPatched(name);
  }

  async #create(kind: Kind, request: IncomingMessage, say: (status: number, body: object) => void) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const thing: Thing = JSON.parse(text);
    const { name } = thing.metadata;
    if (this.#objects[kind].has(name)) {
      say(409, { kind: "Status", code: 409, reason: "AlreadyExists", message: `${kind} "${name}" already exists` });
      return;
    }
    this.put(kind, thing);
    this.created.push(name);
    say(201, this.get(kind, name) ?? {});
    this.onChanged("create", kind, name);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "/", "http://it");
    const [, kind = "", name, part] =
      /\/namespaces\/shop\/([a-z]+)(?:\/([^/]+))?(?:\/(log))?$/.exec(url.pathname) ?? [];
    const watch = url.searchParams.get("watch") === "true";
    const asked = `${verbs[request.method ?? ""] ?? (watch ? "watch" : name === undefined ? "list" : (part ?? "get"))} ${kind}`;
    this.requests.push(asked);
    const say = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const refusal = this.hang ? "never" : (this.misbehave(asked, name) ?? this.#refusal);
    if (refusal === "never") return;
    if (refusal !== undefined) {
      say(refusal, { kind: "Status", code: refusal, reason: "Refused", message: `${kind} is forbidden: no right` });
      return;
    }
    if (url.pathname === "/api/v1/namespaces/shop") {
      const missing = { kind: "Status", code: 404, message: 'namespaces "shop" not found' };
      say(this.namespaced ? 200 : 404, this.namespaced ? { metadata: { name: "shop" } } : missing);
      return;
    }
    const known = this.#objects[kind as Kind];
    if (known === undefined) {
      say(404, { kind: "Status", code: 404, message: `no ${kind}` });
    } else if (part === "log") {
      this.logsAsked.push(url.searchParams.get("container") ?? "");
      const text = this.logs[name ?? ""];
      const wanted = this.previousLogs === (url.searchParams.get("previous") === "true");
      if (text === undefined || !wanted) say(400, { kind: "Status", code: 400 });
      else response.writeHead(200, { "content-type": "text/plain" }).end(text);
    } else if (request.method === "POST") {
      this.#create(kind as Kind, request, say);
    } else if (request.method === "DELETE" && name !== undefined) {
      this.remove(kind as Kind, name);
      say(200, { kind: "Status", status: "Success" });
      this.onChanged("delete", kind as Kind, name);
    } else if (request.method === "PATCH" && name !== undefined) {
      this.#patch(kind as Kind, name, request, say);
    } else if (name !== undefined) {
      const thing = known.get(name);
      say(thing === undefined ? 404 : 200, thing ?? { kind: "Status", code: 404, message: `${name} not found` });
    } else if (watch) {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      this.#watchers.push({ kind: kind as Kind, response });
      const since = Number(url.searchParams.get("resourceVersion") ?? 0);
      for (const object of known.values()) {
        if (Number(object.metadata.resourceVersion) > since)
          response.write(`${JSON.stringify({ type: "MODIFIED", object })}\n`);
      }
    } else {
      const labels = (url.searchParams.get("labelSelector") ?? "").split(",").map((it) => it.split("="));
      const matches = ({ metadata }: Thing) =>
        labels.every(([key = "", value]) => value === undefined || metadata.labels?.[key] === value);
      say(200, { metadata: { resourceVersion: String(this.#version) }, items: [...known.values()].filter(matches) });
    }
  }
}
