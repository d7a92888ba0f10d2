import { randomBytes } from "node:crypto";
import { type Answer, escaped, Refusal } from "./answers.ts";
import type { ApiRequest } from "./request.ts";
import { api, element, inner, mismatch, namespace, tag, unknown, written } from "./restXml.ts";

interface Stage {
  readonly config: string;
  readonly code: string;
  readonly etag: string;
}
interface EdgeFunction {
  readonly name: string;
  readonly created: string;
  development: Stage;
  live?: Stage;
}
interface Policy {
  readonly id: string;
  config: string;
  etag: string;
  modified: string;
}

/** CloudFront's functions, which moto cannot publish, and its response headers policies, which moto has not. */
export class CloudFrontParts {
  readonly #functions = new Map<string, EdgeFunction>();
  readonly #policies = new Map<string, Policy>();
  readonly #goneControls = new Set<string>();

  /** The published code of a function, and its configuration as it was sent. */
  published(arn: string): { readonly code: string; readonly config: string } | undefined {
    const live = this.#functions.get(arn.slice(arn.lastIndexOf("/") + 1))?.live;
    return live === undefined
      ? undefined
      : { code: Buffer.from(live.code, "base64").toString("utf8"), config: live.config };
  }

  /** The configuration of a response headers policy, as it was sent. */
  headers(id: string): string | undefined {
    return this.#policies.get(id)?.config;
  }

  answer(request: ApiRequest): Answer | undefined {
    const url = new URL(request.path, "http://cloudfront");
    const [, what, name, verb] =
      /^\/2020-05-31\/(function|response-headers-policy)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(url.pathname) ?? [];
    if (what === undefined) return this.#control(request.method, url.pathname);
    const body = request.body.toString("utf8");
    const ifMatch = String(request.headers["if-match"] ?? "");
    const it = { method: request.method, body, ifMatch };
    if (what === "function")
      return this.#function({ ...it, stage: url.searchParams.get("Stage") ?? "DEVELOPMENT" }, name, verb);
    return this.#policy(it, name);
  }

  /** moto breaks where an origin access control is deleted that is gone already. */
  #control(method: string, path: string): undefined {
    const id = /\/origin-access-control\/([^/]+)$/.exec(path)?.[1];
    if (method !== "DELETE" || id === undefined) return;
    if (this.#goneControls.has(id))
      throw new Refusal("NoSuchOriginAccessControl", `The control ${id} does not exist.`, 404);
    this.#goneControls.add(id);
  }

  #function(
    it: { method: string; body: string; ifMatch: string; stage: string },
    name: string | undefined,
    verb: string | undefined,
  ): Answer {
    if (name === undefined) {
      if (it.method !== "POST") throw unknown(`${it.method} ${api}/function`);
      const made = {
        name: element(it.body, "Name"),
        created: new Date().toISOString(),
        development: stageFrom(it.body),
      };
      if (this.#functions.has(made.name))
        throw new Refusal("FunctionAlreadyExists", `The function ${made.name} exists.`, 409);
      this.#functions.set(made.name, made);
      return written(summary(made, made.development, "DEVELOPMENT"), made.development.etag, 201);
    }
    const found = this.#functions.get(name);
    if (found === undefined) throw new Refusal("NoSuchFunctionExists", `The function ${name} does not exist.`, 404);
    const stage = it.stage === "LIVE" ? found.live : found.development;
    const needsMatch = it.method !== "GET";
    if (needsMatch && it.ifMatch !== found.development.etag) throw mismatch();
    switch (`${it.method} ${verb ?? ""}`.trim()) {
      case "GET describe":
      case "GET":
        if (stage === undefined)
          throw new Refusal("NoSuchFunctionExists", `The function ${name} is not published.`, 404);
        if (verb === "describe") return written(summary(found, stage, it.stage), stage.etag);
        return {
          status: 200,
          headers: { "content-type": "application/octet-stream", etag: stage.etag },
          body: Buffer.from(stage.code, "base64"),
        };
      case "PUT":
        found.development = stageFrom(it.body);
        return written(summary(found, found.development, "DEVELOPMENT"), found.development.etag);
      case "POST publish":
        found.live = { ...found.development };
        return written(summary(found, found.live, "LIVE"), undefined);
      case "DELETE":
        this.#functions.delete(name);
        return { status: 204, headers: {}, body: "" };
      default:
        throw unknown(`${it.method} ${api}/function/${name}/${verb}`);
    }
  }

  #policy(it: { method: string; body: string; ifMatch: string }, id: string | undefined): Answer {
    if (id === undefined) {
      if (it.method !== "POST") throw unknown(`${it.method} ${api}/response-headers-policy`);
      const config = inner(it.body, "ResponseHeadersPolicyConfig");
      if ([...this.#policies.values()].some((other) => element(other.config, "Name") === element(config, "Name"))) {
        throw new Refusal("ResponseHeadersPolicyAlreadyExists", `The policy ${element(config, "Name")} exists.`, 409);
      }
      const made = { id: randomBytes(18).toString("hex"), config, etag: tag(), modified: new Date().toISOString() };
      this.#policies.set(made.id, made);
      return written(policyText(made), made.etag, 201);
    }
    const found = this.#policies.get(id);
    if (found === undefined) throw new Refusal("NoSuchResponseHeadersPolicy", `The policy ${id} does not exist.`, 404);
    if (it.method === "GET") return written(policyText(found), found.etag);
    if (it.ifMatch !== found.etag) throw mismatch();
    if (it.method === "DELETE") {
      this.#policies.delete(id);
      return { status: 204, headers: {}, body: "" };
    }
    if (it.method !== "PUT") throw unknown(`${it.method} ${api}/response-headers-policy/${id}`);
    Object.assign(found, {
      config: inner(it.body, "ResponseHeadersPolicyConfig"),
      etag: tag(),
      modified: new Date().toISOString(),
    });
    return written(policyText(found), found.etag);
  }
}

function stageFrom(body: string): Stage {
  return { config: inner(body, "FunctionConfig"), code: element(body, "FunctionCode"), etag: tag() };
}

function summary({ name, created }: EdgeFunction, { config }: Stage, stage: string): string {
  const metadata = `<FunctionARN>arn:aws:cloudfront::123456789012:function/${escaped(name)}</FunctionARN><Stage>${stage}</Stage><CreatedTime>${created}</CreatedTime><LastModifiedTime>${created}</LastModifiedTime>`;
  const status = stage === "LIVE" ? "DEPLOYED" : "UNPUBLISHED";
  return `<FunctionSummary xmlns="${namespace}"><Name>${escaped(name)}</Name><Status>${status}</Status><FunctionConfig>${config}</FunctionConfig><FunctionMetadata>${metadata}</FunctionMetadata></FunctionSummary>`;
}

function policyText({ id, config, modified }: Policy): string {
  return `<ResponseHeadersPolicy xmlns="${namespace}"><Id>${id}</Id><LastModifiedTime>${modified}</LastModifiedTime><ResponseHeadersPolicyConfig>${config}</ResponseHeadersPolicyConfig></ResponseHeadersPolicy>`;
}
