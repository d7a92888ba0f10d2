import { randomUUID } from "node:crypto";
import {
  CloudFrontClient,
  CreateDistributionWithTagsCommand,
  DeleteDistributionCommand,
  GetDistributionCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateDistributionCommand,
} from "@aws-sdk/client-cloudfront";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagBag, tagList } from "../tags.ts";
import { configuration, type DistributionInputs, distributionInputs, inputsFrom } from "./distributionConfig.ts";

const gone = ["NoSuchDistribution"];
const stateShape = z.looseObject({ callerReference: z.string(), arn: z.string() });

/** A distribution with one origin and one behavior; what else the official one takes is refused. */
export const distribution = kind<DistributionInputs>({
  inputs: distributionInputs,
  global: true,
  replaceOn: [],
  untold: ["waitForDeployment", "retainOnDelete"],
  async tag({ aws }, _id, put, remove, state) {
    const cloudfront = aws.client(CloudFrontClient);
    const at = { Resource: stateShape.parse(state).arn };
    if (remove.length > 0) await cloudfront.send(new UntagResourceCommand({ ...at, TagKeys: { Items: [...remove] } }));
    if (Object.keys(put).length > 0)
      await cloudfront.send(new TagResourceCommand({ ...at, Tags: { Items: tagList(put) } }));
  },
  async create({ aws, tags }, news) {
    const DistributionConfig = configuration(news, randomUUID());
    const request = new CreateDistributionWithTagsCommand({
      DistributionConfigWithTags: { DistributionConfig, Tags: { Items: tagList(tags) } },
    });
    const { Distribution: made } = await aws.client(CloudFrontClient).send(request);
    return made?.Id ?? "";
  },
  async settle(step, id, { waitForDeployment }) {
    if (waitForDeployment) await deployed(step, id);
  },
  async read(step, id) {
    const answer = await find(step, id);
    const found = answer?.Distribution;
    if (found?.DistributionConfig === undefined) return undefined;
    const tags = await step.aws.client(CloudFrontClient).send(new ListTagsForResourceCommand({ Resource: found.ARN }));
    return {
      ...inputsFrom(found.DistributionConfig),
      arn: found.ARN,
      callerReference: found.DistributionConfig.CallerReference,
      domainName: found.DomainName,
      etag: answer?.ETag,
      // CloudFront's own zone, the same for all: Route 53's aliases name it.
      hostedZoneId: "Z2FDTNDATAQYW2",
      status: found.Status,
      tagsAll: tagBag(tags.Tags?.Items),
    };
  },
  async update({ aws }, id, news, state) {
    const { callerReference } = stateShape.parse(state);
    const request = { Id: id, IfMatch: String(state.etag), DistributionConfig: configuration(news, callerReference) };
    await aws.client(CloudFrontClient).send(new UpdateDistributionCommand(request));
  },
  async delete(step, id, state) {
    if (state.retainOnDelete === true) return;
    const cloudfront = step.aws.client(CloudFrontClient);
    const found = await find(step, id);
    if (found?.Distribution?.DistributionConfig === undefined) return;
    const off = { ...found.Distribution.DistributionConfig, Enabled: false };
    // CloudFront takes away only what serves nobody any more.
    await cloudfront.send(new UpdateDistributionCommand({ Id: id, IfMatch: found.ETag, DistributionConfig: off }));
    await deployed(step, id);
    const now = await find(step, id);
    await orGone(cloudfront.send(new DeleteDistributionCommand({ Id: id, IfMatch: now?.ETag })), ...gone);
  },
});

async function find({ aws }: Step, id: string) {
  return await orGone(aws.client(CloudFrontClient).send(new GetDistributionCommand({ Id: id })), ...gone);
}

async function deployed(step: Step, id: string): Promise<void> {
  await step.aws.until(`the distribution ${id} to be deployed`, step.timeoutMs ?? 90 * 60_000, async (see) => {
    const status = (await find(step, id))?.Distribution?.Status;
    see(status ?? "gone");
    return status === "Deployed" || status === undefined ? true : undefined;
  });
}
