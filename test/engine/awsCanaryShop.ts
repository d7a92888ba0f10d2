import { DescribeServicesCommand, ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { expect } from "vitest";
import { patient } from "../patience.ts";
import { AwsShop } from "./awsShop.ts";

/**
 * A shop whose releases are canaries with one share, blue v1 serving and green v2 beside it. They wait for CloudWatch's minutes, and look no
 * more often than that asks for.
 */
export class AwsCanaryShop {
  readonly shop: AwsShop;

  private constructor(shop: AwsShop) {
    this.shop = shop;
  }

  static async open(): Promise<AwsCanaryShop> {
    const settings = {
      green: "v2",
      thresholds: { errorFor: "1m", p95For: "1m", minRequests: 100 },
      // A go needs a smoke test as well, which shall not be what it waits for.
      watch: { for: "215s", every: "5s", smokeEvery: "15s" },
      // A stage waits for CloudWatch's minutes as long as patience lasts.
      strategy: {
        kind: "canary",
        canary: { stages: [20, 100], bake: "5s", minRequests: 100, sticky: "1h" },
        patience: "10m",
      },
    };
    const shop = await AwsShop.open(settings, { scaling: { most: 4, cpu: 60 } });
    // An update that watches a share waits as well.
    shop.traffic("blue", 0);
    shop.traffic("green", 0);
    await shop.succeed("up", "--skip-preview");
    return new AwsCanaryShop(shop);
  }

  close(): Promise<void> {
    return this.shop.close();
  }

  /** Whether users stay with a version, as the rule of web says. */
  async stickiness() {
    const { rule } = await this.shop.ruleOf("web");
    return rule.Actions?.[0]?.ForwardConfig?.TargetGroupStickinessConfig;
  }

  /** What the gate of the bake said last. */
  async baked(): Promise<unknown> {
    return (await this.shop.project.resource("index:BakeGate", "bake"))?.outputs?.verdict;
  }

  /** Gives a service more tasks, as AWS does it when the load grows. */
  async scaleByLoad(service: string, desiredCount: number): Promise<void> {
    const ecs = new ECSClient(this.shop.world.client);
    await ecs.send(new UpdateServiceCommand({ cluster: "shop", service, desiredCount }));
    await expect.poll(() => this.tasksOf(service), patient).toBe(desiredCount);
  }

  async tasksOf(service: string): Promise<number | undefined> {
    const ecs = new ECSClient(this.shop.world.client);
    const { services = [] } = await ecs.send(new DescribeServicesCommand({ cluster: "shop", services: [service] }));
    return services[0]?.runningCount;
  }
}
