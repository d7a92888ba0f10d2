import {
  CloudFrontClient,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DescribeFunctionCommand,
  type FunctionRuntime,
  GetFunctionCommand,
  PublishFunctionCommand,
  UpdateFunctionCommand,
} from "@aws-sdk/client-cloudfront";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,64}$/, "name must be up to 64 letters, digits, hyphens and underscores")
    .optional(),
  code: z.string().min(1).max(10_240, "the code of a CloudFront function is 10 KB at most"),
  runtime: z.enum(["cloudfront-js-1.0", "cloudfront-js-2.0"]),
  comment: z.string().max(128).optional(),
  keyValueStoreAssociations: z.array(z.string()).max(1).optional(),
  publish: z.boolean().default(true),
});
type Inputs = z.infer<typeof inputs>;

/** A function at CloudFront's edge; its id is its name. */
export const cloudfrontFunction = kind<Inputs>({
  inputs,
  global: true,
  replaceOn: ["name"],
  untold: ["publish"],
  autoName: { property: "name", longest: 64 },
  async create({ aws }, news) {
    const request = new CreateFunctionCommand({ Name: news.name ?? "", ...content(news) });
    await aws.client(CloudFrontClient).send(request);
    return news.name ?? "";
  },
  async settle(step, id, { publish }) {
    if (!publish) return;
    const etag = (await describe(step, id, "DEVELOPMENT"))?.ETag;
    await step.aws.client(CloudFrontClient).send(new PublishFunctionCommand({ Name: id, IfMatch: etag ?? "" }));
  },
  async read(step, id) {
    const found = await describe(step, id, "DEVELOPMENT");
    if (found?.FunctionSummary === undefined) return undefined;
    const live = await describe(step, id, "LIVE");
    const cloudfront = step.aws.client(CloudFrontClient);
    const { FunctionCode: code } = await cloudfront.send(new GetFunctionCommand({ Name: id, Stage: "DEVELOPMENT" }));
    const { FunctionConfig: config, FunctionMetadata: metadata, Status: status } = found.FunctionSummary;
    return {
      arn: metadata?.FunctionARN,
      etag: found.ETag,
      liveStageEtag: live?.ETag,
      status,
      name: found.FunctionSummary.Name,
      code: code === undefined ? undefined : new TextDecoder().decode(code),
      runtime: config?.Runtime,
      comment: config?.Comment,
      keyValueStoreAssociations: config?.KeyValueStoreAssociations?.Items?.map(({ KeyValueStoreARN: arn }) => arn),
    };
  },
  async update({ aws }, id, news, state, changed) {
    if (changed.size === 1 && changed.has("publish")) return;
    const request = new UpdateFunctionCommand({ Name: id, IfMatch: String(state.etag), ...content(news) });
    await aws.client(CloudFrontClient).send(request);
  },
  async delete({ aws }, id, state) {
    const request = new DeleteFunctionCommand({ Name: id, IfMatch: String(state.etag) });
    await orGone(aws.client(CloudFrontClient).send(request), ...gone);
  },
});

const gone = ["NoSuchFunctionExists"];

async function describe({ aws }: Step, name: string, stage: "DEVELOPMENT" | "LIVE") {
  const request = new DescribeFunctionCommand({ Name: name, Stage: stage });
  return await orGone(aws.client(CloudFrontClient).send(request), ...gone);
}

function content({ code, runtime, comment = "", keyValueStoreAssociations: stores }: Inputs) {
  const associations =
    stores === undefined || stores.length === 0
      ? {}
      : {
          KeyValueStoreAssociations: {
            Quantity: stores.length,
            Items: stores.map((arn) => ({ KeyValueStoreARN: arn })),
          },
        };
  return {
    FunctionCode: new TextEncoder().encode(code),
    FunctionConfig: { Comment: comment, Runtime: runtime as FunctionRuntime, ...associations },
  };
}
