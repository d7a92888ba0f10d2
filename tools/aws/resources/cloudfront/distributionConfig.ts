import type {
  DistributionConfig,
  EventType,
  HttpVersion,
  Method,
  MinimumProtocolVersion,
  PriceClass,
  ViewerProtocolPolicy,
} from "@aws-sdk/client-cloudfront";
import { z } from "zod";

const methods = z.array(z.enum(["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"])).min(2);

export const distributionInputs = z.strictObject({
  enabled: z.boolean(),
  aliases: z.array(z.string()).optional(),
  comment: z.string().max(128).optional(),
  defaultRootObject: z.string().optional(),
  httpVersion: z.enum(["http1.1", "http2", "http3", "http2and3"]).default("http2"),
  isIpv6Enabled: z.boolean().default(false),
  priceClass: z.enum(["PriceClass_100", "PriceClass_200", "PriceClass_All"]).default("PriceClass_All"),
  webAclId: z.string().optional(),
  waitForDeployment: z.boolean().default(true),
  retainOnDelete: z.boolean().default(false),
  origins: z
    .array(z.strictObject({ originId: z.string(), domainName: z.string(), originAccessControlId: z.string() }))
    .length(1, "the stand-in makes distributions with one origin"),
  defaultCacheBehavior: z.strictObject({
    targetOriginId: z.string(),
    viewerProtocolPolicy: z.enum(["redirect-to-https", "https-only", "allow-all"]),
    allowedMethods: methods,
    cachedMethods: methods,
    compress: z.boolean().default(false),
    cachePolicyId: z.string(),
    responseHeadersPolicyId: z.string().optional(),
    functionAssociations: z
      .array(z.strictObject({ eventType: z.enum(["viewer-request", "viewer-response"]), functionArn: z.string() }))
      .max(1, "the stand-in's distributions have one function")
      .optional(),
  }),
  restrictions: z.strictObject({ geoRestriction: z.strictObject({ restrictionType: z.literal("none") }) }),
  viewerCertificate: z.strictObject({
    acmCertificateArn: z.string().optional(),
    cloudfrontDefaultCertificate: z.boolean().optional(),
    sslSupportMethod: z.enum(["sni-only"]).optional(),
    minimumProtocolVersion: z.string().optional(),
  }),
});
export type DistributionInputs = z.infer<typeof distributionInputs>;

/** Inputs as CloudFront takes them. */
export function configuration(it: DistributionInputs, reference: string): DistributionConfig {
  const { defaultCacheBehavior: behavior, viewerCertificate: certificate, aliases = [] } = it;
  const functions = behavior.functionAssociations ?? [];
  return {
    CallerReference: reference,
    Enabled: it.enabled,
    Comment: it.comment ?? "",
    Aliases: { Quantity: aliases.length, ...(aliases.length === 0 ? {} : { Items: aliases }) },
    DefaultRootObject: it.defaultRootObject ?? "",
    HttpVersion: it.httpVersion as HttpVersion,
    IsIPV6Enabled: it.isIpv6Enabled,
    PriceClass: it.priceClass as PriceClass,
    WebACLId: it.webAclId ?? "",
    Origins: {
      Quantity: it.origins.length,
      Items: it.origins.map(({ originId: Id, domainName: DomainName, originAccessControlId }) => ({
        ...{ Id, DomainName, OriginAccessControlId: originAccessControlId },
        S3OriginConfig: { OriginAccessIdentity: "" },
      })),
    },
    DefaultCacheBehavior: {
      TargetOriginId: behavior.targetOriginId,
      ViewerProtocolPolicy: behavior.viewerProtocolPolicy as ViewerProtocolPolicy,
      Compress: behavior.compress,
      CachePolicyId: behavior.cachePolicyId,
      AllowedMethods: {
        Quantity: behavior.allowedMethods.length,
        Items: behavior.allowedMethods as Method[],
        CachedMethods: { Quantity: behavior.cachedMethods.length, Items: behavior.cachedMethods as Method[] },
      },
      ...(behavior.responseHeadersPolicyId === undefined
        ? {}
        : { ResponseHeadersPolicyId: behavior.responseHeadersPolicyId }),
      FunctionAssociations: {
        Quantity: functions.length,
        ...(functions.length === 0
          ? {}
          : {
              Items: functions.map(({ eventType, functionArn }) => ({
                EventType: eventType as EventType,
                FunctionARN: functionArn,
              })),
            }),
      },
    },
    Restrictions: { GeoRestriction: { RestrictionType: "none", Quantity: 0 } },
    ViewerCertificate: {
      ...(certificate.acmCertificateArn === undefined ? {} : { ACMCertificateArn: certificate.acmCertificateArn }),
      CloudFrontDefaultCertificate: certificate.cloudfrontDefaultCertificate ?? false,
      ...(certificate.sslSupportMethod === undefined ? {} : { SSLSupportMethod: certificate.sslSupportMethod }),
      ...(certificate.minimumProtocolVersion === undefined
        ? {}
        : { MinimumProtocolVersion: certificate.minimumProtocolVersion as MinimumProtocolVersion }),
    },
  };
}

/** What CloudFront tells, as inputs; what is left out and what is empty are the same there. */
export function inputsFrom(it: DistributionConfig): Record<string, unknown> {
  const { DefaultCacheBehavior: behavior, ViewerCertificate: certificate } = it;
  const text = (value: string | undefined) => (value === "" ? undefined : value);
  const some = <T>(items: readonly T[] | undefined) => (items === undefined || items.length === 0 ? undefined : items);
  return {
    enabled: it.Enabled,
    aliases: some(it.Aliases?.Items),
    comment: text(it.Comment),
    defaultRootObject: text(it.DefaultRootObject),
    httpVersion: it.HttpVersion?.toLowerCase(),
    isIpv6Enabled: it.IsIPV6Enabled,
    priceClass: it.PriceClass,
    webAclId: text(it.WebACLId),
    origins: it.Origins?.Items?.map(({ Id, DomainName, OriginAccessControlId }) => ({
      originId: Id,
      domainName: DomainName,
      originAccessControlId: OriginAccessControlId,
    })),
    defaultCacheBehavior: {
      targetOriginId: behavior?.TargetOriginId,
      viewerProtocolPolicy: behavior?.ViewerProtocolPolicy,
      allowedMethods: behavior?.AllowedMethods?.Items,
      cachedMethods: behavior?.AllowedMethods?.CachedMethods?.Items,
      compress: behavior?.Compress,
      cachePolicyId: behavior?.CachePolicyId,
      responseHeadersPolicyId: text(behavior?.ResponseHeadersPolicyId),
      functionAssociations: some(
        behavior?.FunctionAssociations?.Items?.map(({ EventType, FunctionARN }) => ({
          eventType: EventType,
          functionArn: FunctionARN,
        })),
      ),
    },
    restrictions: { geoRestriction: { restrictionType: it.Restrictions?.GeoRestriction?.RestrictionType } },
    viewerCertificate: {
      acmCertificateArn: text(certificate?.ACMCertificateArn),
      cloudfrontDefaultCertificate: certificate?.CloudFrontDefaultCertificate || undefined,
      sslSupportMethod: certificate?.SSLSupportMethod,
      minimumProtocolVersion: certificate?.MinimumProtocolVersion,
    },
  };
}
