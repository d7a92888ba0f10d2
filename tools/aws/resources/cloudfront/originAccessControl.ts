import {
  CloudFrontClient,
  CreateOriginAccessControlCommand,
  DeleteOriginAccessControlCommand,
  GetOriginAccessControlCommand,
  UpdateOriginAccessControlCommand,
} from "@aws-sdk/client-cloudfront";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  name: z.string().min(1).max(64).optional(),
  description: z.string().max(256).default("Managed by Pulumi"),
  originAccessControlOriginType: z.enum(["s3", "lambda", "mediapackagev2", "mediastore"]),
  signingBehavior: z.enum(["always", "never", "no-override"]),
  signingProtocol: z.enum(["sigv4"]),
});
type Inputs = z.infer<typeof inputs>;

export const originAccessControl = kind<Inputs>({
  inputs,
  global: true,
  replaceOn: ["name"],
  autoName: { property: "name", longest: 64 },
  async create({ aws }, news) {
    const request = new CreateOriginAccessControlCommand({ OriginAccessControlConfig: configuration(news) });
    const { OriginAccessControl: made } = await aws.client(CloudFrontClient).send(request);
    return made?.Id ?? "";
  },
  async read({ aws }, id) {
    const answer = await orGone(
      aws.client(CloudFrontClient).send(new GetOriginAccessControlCommand({ Id: id })),
      ...gone,
    );
    const found = answer?.OriginAccessControl?.OriginAccessControlConfig;
    if (found === undefined) return undefined;
    return {
      arn: `arn:aws:cloudfront::${await aws.account()}:origin-access-control/${id}`,
      etag: answer?.ETag,
      name: found.Name,
      description: found.Description,
      originAccessControlOriginType: found.OriginAccessControlOriginType,
      signingBehavior: found.SigningBehavior,
      signingProtocol: found.SigningProtocol,
    };
  },
  async update({ aws }, id, news, state) {
    const request = { Id: id, IfMatch: String(state.etag), OriginAccessControlConfig: configuration(news) };
    await aws.client(CloudFrontClient).send(new UpdateOriginAccessControlCommand(request));
  },
  async delete({ aws }, id, state) {
    const request = new DeleteOriginAccessControlCommand({ Id: id, IfMatch: String(state.etag) });
    await orGone(aws.client(CloudFrontClient).send(request), ...gone);
  },
});

const gone = ["NoSuchOriginAccessControl"];

function configuration(it: Inputs) {
  return {
    Name: it.name ?? "",
    Description: it.description,
    OriginAccessControlOriginType: it.originAccessControlOriginType,
    SigningBehavior: it.signingBehavior,
    SigningProtocol: it.signingProtocol,
  };
}
