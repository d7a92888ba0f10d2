import { randomBytes } from "node:crypto";
import { type Answer, Refusal } from "./answers.ts";
import type { ApiRequest } from "./request.ts";
import { element, inner, mismatch, namespace, tag, unknown, written } from "./restXml.ts";

/** A distribution as it was put: its configuration as it was sent. */
export interface Distribution {
  readonly id: string;
  config: string;
  etag: string;
  modified: string;
  tags: string;
}

/** CloudFront's distributions, of which moto forgets what functions and headers they have. */
export class Distributions {
  readonly #all = new Map<string, Distribution>();

  find(id: string): Distribution | undefined {
    return this.#all.get(id);
  }

  /** The enabled distribution of a host's name: its own, or one of its aliases. */
  serving(host: string): Distribution | undefined {
    return [...this.#all.values()].find(
      ({ id, config }) =>
        enabled(config) &&
        (host === `${id.toLowerCase()}.cloudfront.net` ||
          [...config.matchAll(/<CNAME>([^<]+)<\/CNAME>/g)].some(([, alias]) => alias === host)),
    );
  }

  /** The answer to a request about distributions; nothing when it is about something else. */
  answer({ method, path, headers, body }: ApiRequest): Answer | undefined {
    const url = new URL(path, "http://cloudfront");
    if (url.pathname === "/2020-05-31/tagging") return this.#tagging(url, method, body.toString("utf8"));
    const [, id, config] = /^\/2020-05-31\/distribution(?:\/([^/]+))?(\/config)?$/.exec(url.pathname) ?? [];
    if (!/^\/2020-05-31\/distribution(\/|$)/.test(url.pathname)) return undefined;
    const text = body.toString("utf8");
    if (id === undefined) {
      if (method !== "POST") throw unknown(`${method} ${url.pathname}`);
      return this.#create(text);
    }
    const found = this.#all.get(id);
    if (found === undefined) throw new Refusal("NoSuchDistribution", `The distribution ${id} does not exist.`, 404);
    if (method === "GET") {
      return config === undefined
        ? written(this.#told(found), found.etag)
        : written(`<DistributionConfig xmlns="${namespace}">${found.config}</DistributionConfig>`, found.etag);
    }
    if (headers["if-match"] !== found.etag) throw mismatch();
    if (method === "DELETE") {
      if (enabled(found.config))
        throw new Refusal("DistributionNotDisabled", `The distribution ${id} is not disabled.`, 409);
      this.#all.delete(id);
      return { status: 204, headers: {}, body: "" };
    }
    if (method !== "PUT" || config === undefined) throw unknown(`${method} ${url.pathname}`);
    Object.assign(found, {
      config: inner(text, "DistributionConfig"),
      etag: tag(),
      modified: new Date().toISOString(),
    });
    return written(this.#told(found), found.etag);
  }

  #create(text: string): Answer {
    const config = inner(text, "DistributionConfig");
    const reference = element(config, "CallerReference");
    for (const it of this.#all.values()) {
      if (element(it.config, "CallerReference") === reference)
        throw new Refusal("DistributionAlreadyExists", `The reference ${reference} was used for ${it.id}.`, 409);
    }
    const made: Distribution = {
      id: `E${randomBytes(7).toString("hex").toUpperCase()}`,
      config,
      etag: tag(),
      modified: new Date().toISOString(),
      tags: /<Tags>[\s\S]*<\/Tags>/.exec(text)?.[0] ?? "<Tags><Items></Items></Tags>",
    };
    this.#all.set(made.id, made);
    return written(this.#told(made), made.etag, 201);
  }

  #tagging(url: URL, method: string, text: string): Answer | undefined {
    const id = /:distribution\/([A-Z0-9]+)$/.exec(url.searchParams.get("Resource") ?? "")?.[1];
    const found = id === undefined ? undefined : this.#all.get(id);
    if (found === undefined) return undefined;
    if (method === "GET") return written(found.tags.replace("<Tags>", `<Tags xmlns="${namespace}">`), undefined);
    const kept = new Map(
      [...found.tags.matchAll(/<Tag><Key>([\s\S]*?)<\/Key><Value>([\s\S]*?)<\/Value><\/Tag>/g)].map(
        ([, key = "", value = ""]) => [key, value],
      ),
    );
    if (url.searchParams.get("Operation") === "Untag") {
      for (const [, key = ""] of text.matchAll(/<Key>([\s\S]*?)<\/Key>/g)) kept.delete(key);
    } else {
      for (const [, key = "", value = ""] of text.matchAll(
        /<Tag><Key>([\s\S]*?)<\/Key><Value>([\s\S]*?)<\/Value><\/Tag>/g,
      ))
        kept.set(key, value);
    }
    const items = [...kept].map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join("");
    found.tags = `<Tags><Items>${items}</Items></Tags>`;
    return { status: 204, headers: {}, body: "" };
  }

  #told({ id, config, modified }: Distribution): string {
    return (
      `<Distribution xmlns="${namespace}"><Id>${id}</Id><ARN>${arnOfDistribution(id)}</ARN><Status>Deployed</Status>` +
      `<LastModifiedTime>${modified}</LastModifiedTime><InProgressInvalidationBatches>0</InProgressInvalidationBatches>` +
      `<DomainName>${id.toLowerCase()}.cloudfront.net</DomainName><DistributionConfig>${config}</DistributionConfig></Distribution>`
    );
  }
}

/** The distribution's own; parts of it have an element of the same name. */
function enabled(config: string): boolean {
  return config
    .replace(/<(Origins|DefaultCacheBehavior|Logging)>[\s\S]*?<\/\1>/g, "")
    .includes("<Enabled>true</Enabled>");
}

export function arnOfDistribution(id: string): string {
  return `arn:aws:cloudfront::123456789012:distribution/${id}`;
}
