import {
  CloudFrontClient,
  CreateResponseHeadersPolicyCommand,
  DeleteResponseHeadersPolicyCommand,
  GetResponseHeadersPolicyCommand,
  type ResponseHeadersPolicyConfig,
  type ResponseHeadersPolicySecurityHeadersConfig,
  UpdateResponseHeadersPolicyCommand,
} from "@aws-sdk/client-cloudfront";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const override = z.boolean();
const securityHeaders = z.strictObject({
  contentSecurityPolicy: z.strictObject({ contentSecurityPolicy: z.string(), override }).optional(),
  contentTypeOptions: z.strictObject({ override }).optional(),
  frameOptions: z.strictObject({ frameOption: z.enum(["DENY", "SAMEORIGIN"]), override }).optional(),
  referrerPolicy: z.strictObject({ referrerPolicy: z.string(), override }).optional(),
  strictTransportSecurity: z
    .strictObject({
      accessControlMaxAgeSec: z.number().int(),
      includeSubdomains: z.boolean().optional(),
      preload: z.boolean().optional(),
      override,
    })
    .optional(),
});
const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,128}$/, "name must be up to 128 letters, digits, hyphens and underscores")
    .optional(),
  comment: z.string().max(128).optional(),
  securityHeadersConfig: securityHeaders.optional(),
  customHeadersConfig: z
    .strictObject({ items: z.array(z.strictObject({ header: z.string(), value: z.string(), override })).optional() })
    .optional(),
});
type Inputs = z.infer<typeof inputs>;

export const responseHeadersPolicy = kind<Inputs>({
  inputs,
  global: true,
  replaceOn: [],
  autoName: { property: "name", longest: 128 },
  async create({ aws }, news) {
    const request = new CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig: configuration(news) });
    const { ResponseHeadersPolicy: made } = await aws.client(CloudFrontClient).send(request);
    return made?.Id ?? "";
  },
  async read({ aws }, id) {
    const answer = await orGone(
      aws.client(CloudFrontClient).send(new GetResponseHeadersPolicyCommand({ Id: id })),
      ...gone,
    );
    const found = answer?.ResponseHeadersPolicy?.ResponseHeadersPolicyConfig;
    if (found === undefined) return undefined;
    return {
      arn: `arn:aws:cloudfront::${await aws.account()}:response-headers-policy/${id}`,
      etag: answer?.ETag,
      name: found.Name,
      comment: found.Comment,
      securityHeadersConfig:
        found.SecurityHeadersConfig === undefined ? undefined : headersFrom(found.SecurityHeadersConfig),
      customHeadersConfig: {
        items: found.CustomHeadersConfig?.Items?.map(({ Header: header, Value: value, Override }) => ({
          header,
          value,
          override: Override,
        })),
      },
    };
  },
  async update({ aws }, id, news, state) {
    const request = { Id: id, IfMatch: String(state.etag), ResponseHeadersPolicyConfig: configuration(news) };
    await aws.client(CloudFrontClient).send(new UpdateResponseHeadersPolicyCommand(request));
  },
  async delete({ aws }, id, state) {
    const request = new DeleteResponseHeadersPolicyCommand({ Id: id, IfMatch: String(state.etag) });
    await orGone(aws.client(CloudFrontClient).send(request), ...gone);
  },
});

const gone = ["NoSuchResponseHeadersPolicy"];

function configuration(news: Inputs): ResponseHeadersPolicyConfig {
  const items = news.customHeadersConfig?.items ?? [];
  const it = news.securityHeadersConfig;
  const custom = items.map(({ header, value, override }) => ({ Header: header, Value: value, Override: override }));
  return {
    Name: news.name ?? "",
    Comment: news.comment ?? "",
    ...(items.length === 0 ? {} : { CustomHeadersConfig: { Quantity: items.length, Items: custom } }),
    ...(it === undefined
      ? {}
      : {
          SecurityHeadersConfig: {
            ContentSecurityPolicy: it.contentSecurityPolicy && {
              ContentSecurityPolicy: it.contentSecurityPolicy.contentSecurityPolicy,
              Override: it.contentSecurityPolicy.override,
            },
            ContentTypeOptions: it.contentTypeOptions && { Override: it.contentTypeOptions.override },
            FrameOptions: it.frameOptions && {
              FrameOption: it.frameOptions.frameOption,
              Override: it.frameOptions.override,
            },
            ReferrerPolicy: it.referrerPolicy && {
              ReferrerPolicy: it.referrerPolicy.referrerPolicy as "same-origin",
              Override: it.referrerPolicy.override,
            },
            StrictTransportSecurity: it.strictTransportSecurity && {
              AccessControlMaxAgeSec: it.strictTransportSecurity.accessControlMaxAgeSec,
              IncludeSubdomains: it.strictTransportSecurity.includeSubdomains ?? false,
              Preload: it.strictTransportSecurity.preload ?? false,
              Override: it.strictTransportSecurity.override,
            },
          },
        }),
  };
}

function headersFrom(it: ResponseHeadersPolicySecurityHeadersConfig) {
  const {
    ContentSecurityPolicy: csp,
    ContentTypeOptions: types,
    FrameOptions: frames,
    ReferrerPolicy: referrer,
    StrictTransportSecurity: hsts,
  } = it;
  return {
    contentSecurityPolicy: csp && { contentSecurityPolicy: csp.ContentSecurityPolicy, override: csp.Override },
    contentTypeOptions: types && { override: types.Override },
    frameOptions: frames && { frameOption: frames.FrameOption, override: frames.Override },
    referrerPolicy: referrer && { referrerPolicy: referrer.ReferrerPolicy, override: referrer.Override },
    strictTransportSecurity: hsts && {
      accessControlMaxAgeSec: hsts.AccessControlMaxAgeSec,
      includeSubdomains: hsts.IncludeSubdomains,
      preload: hsts.Preload,
      override: hsts.Override,
    },
  };
}
