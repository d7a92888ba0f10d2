import { z } from "zod";
import { type Answer, json } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

const tags = z.record(z.string(), z.string()).optional();
const registered = z.looseObject({ Tags: tags });
const target = z.looseObject({ ScalableTargetARN: z.string().optional() });
const tagRequest = z.looseObject({ ResourceARN: z.string(), Tags: tags, TagKeys: z.array(z.string()).default([]) });

/** Tags of Application Auto Scaling's targets, which moto has not. */
export class ScalingTags {
  readonly #inner: Inner;
  readonly #tags = new Map<string, Record<string, string>>();

  constructor(inner: Inner) {
    this.#inner = inner;
  }

  async answer(request: ApiRequest): Promise<Answer | undefined> {
    if (request.action === "RegisterScalableTarget") {
      const from = await this.#inner.forward(request);
      const given = registered.parse(request.parameters).Tags;
      const arn = from.status === 200 ? target.parse(JSON.parse(from.body.toString())).ScalableTargetARN : undefined;
      if (arn !== undefined && given !== undefined) this.#tags.set(arn, given);
      return from;
    }
    if (!["ListTagsForResource", "TagResource", "UntagResource"].includes(request.action)) return undefined;
    const { ResourceARN: arn, Tags: put, TagKeys: remove } = tagRequest.parse(request.parameters);
    const known = this.#tags.get(arn) ?? {};
    if (request.action === "ListTagsForResource") return json({ Tags: known });
    const kept = Object.entries({ ...known, ...put }).filter(([key]) => !remove.includes(key));
    this.#tags.set(arn, Object.fromEntries(kept));
    return json({});
  }
}
