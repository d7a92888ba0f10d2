import { CloudFrontClient, DescribeFunctionCommand, GetFunctionCommand } from "@aws-sdk/client-cloudfront";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(async () => await world?.stop());

describe("CloudFront's parts, as the stand-in makes them", () => {
  it("are a function that is published as it is changed, beside a store", async () => {
    const store = await world.make("aws:cloudfront/keyValueStore:KeyValueStore", {
      name: "shop",
      comment: "which release serves",
    });
    await store.change({ name: "shop", comment: "what serves" }, "comment");
    const code = (release: string) => `function handler(event) { return "${release} & <more>"; }`;
    const inputs = {
      name: "release",
      runtime: "cloudfront-js-2.0",
      code: code("v1"),
      keyValueStoreAssociations: [store.arn],
    };
    const made = await world.make("aws:cloudfront/function:Function", inputs);
    expect(made.state).toMatchObject({
      arn: "arn:aws:cloudfront::123456789012:function/release",
      liveStageEtag: expect.any(String),
    });
    expect(made.state).not.toHaveProperty("region");
    await made.change({ ...inputs, code: code("v2"), comment: "picks the release" }, "code", "comment");
    const cloudfront = new CloudFrontClient(world.client);
    const live = await cloudfront.send(new GetFunctionCommand({ Name: "release", Stage: "LIVE" }));
    expect(new TextDecoder().decode(live.FunctionCode)).toBe(code("v2"));
    expect(await made.diff({ ...inputs, name: "other" })).toMatchObject({ replaces: ["name"] });
    await made.delete();
    await expect(cloudfront.send(new DescribeFunctionCommand({ Name: "release" }))).rejects.toThrow("does not exist");
    await store.delete();
  });

  it("are a way to a private bucket", async () => {
    const inputs = {
      name: "shop",
      originAccessControlOriginType: "s3",
      signingBehavior: "always",
      signingProtocol: "sigv4",
    };
    const made = await world.make("aws:cloudfront/originAccessControl:OriginAccessControl", inputs);
    await made.change({ ...inputs, description: "the shop's pages" }, "description");
    await made.delete();
  });

  it("are headers of answers", async () => {
    const inputs = {
      name: "shop",
      securityHeadersConfig: {
        contentSecurityPolicy: { contentSecurityPolicy: "default-src 'self'", override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: "DENY", override: true },
        referrerPolicy: { referrerPolicy: "same-origin", override: true },
        strictTransportSecurity: {
          accessControlMaxAgeSec: 31_536_000,
          includeSubdomains: true,
          preload: false,
          override: true,
        },
      },
    };
    const made = await world.make("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", inputs);
    const custom = { items: [{ header: "x-release", value: "v1", override: true }] };
    await made.change({ ...inputs, customHeadersConfig: custom }, "customHeadersConfig");
    await expect(world.make("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", inputs)).rejects.toThrow(
      /AlreadyExists/,
    );
    await made.delete();
  });
});
