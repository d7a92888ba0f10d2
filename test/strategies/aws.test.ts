import { join } from "node:path";
import { DescribeServicesCommand, ECSClient } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { Follower } from "../../tools/aws/follower.ts";
import { freePort } from "../../tools/freePort.ts";
import { ensureToolchain } from "../../tools/toolchain.ts";
import { AwsShop } from "../engine/awsShop.ts";
import { credentials, region } from "../tools/aws/world.ts";
import { bySettings, followsEveryStrategy, type StrategyStack, testers } from "./suite.ts";

let shop: AwsShop;
let follower: Follower;
let stack: StrategyStack;

beforeAll(async () => {
  shop = await AwsShop.open({ testers }, { testersPriority: 18 }, { testersPriority: 8 });
  const { project } = shop;
  await shop.succeed("up", "--skip-preview");
  await project.set({ green: "v2" });
  await shop.succeed("up", "--skip-preview");
  const { envoy } = await ensureToolchain({ want: ["envoy"] });
  const { rule, groups } = await shop.ruleOf("api");
  const port = await freePort();
  follower = await Follower.start({
    endpoint: shop.world.endpoint,
    changes: shop.world.simulator.changes,
    region,
    credentials,
    envoy: envoy.path,
    folder: join(project.folder, "envoys"),
    services: [{ name: "api", ruleArn: rule.RuleArn ?? "", groups, ports: [port] }],
  });
  stack = {
    address: `http://127.0.0.1:${port}/`,
    async greenlight(...args) {
      const { exitCode, said, json } = await shop.greenlight(args);
      return { exitCode, said: `${said}\n${JSON.stringify(json)}` };
    },
    ...bySettings(project, () => shop.succeed("up", "--skip-preview")),
    async weights() {
      const { api, web } = await shop.weights();
      expect(web).toEqual(api);
      return api === undefined ? undefined : { blue: api[0], green: api[1] };
    },
    async instances() {
      const ecs = new ECSClient(shop.world.client);
      const names = ["shop-blue-api", "shop-green-api"];
      const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: "shop", services: names }));
      const of = (name: string) => services.find(({ serviceName }) => serviceName === name)?.desiredCount ?? 0;
      return { blue: of("shop-blue-api"), green: of("shop-green-api") };
    },
  };
});
afterAll(async () => {
  await follower?.stop();
  await shop?.close();
});

describe.sequential("on a simulated AWS a stack", () => followsEveryStrategy(() => stack));
