import { expect, it } from "vitest";
import { loadBalancerOf, secretOf } from "../../../components/aws/arn.ts";
import { containerDefinitions, digestOf } from "../../../components/aws/container.ts";
import { dashboardBody } from "../../../components/aws/dashboardBody.ts";
import { addressOf, ruleConditions, weightedForward } from "../../../components/aws/forwarding.ts";
import { existing, image } from "./shop.ts";

const groups = { blue: "arn:blue", green: "arn:green" };

it("forwards to both environments, also with a weight of 0, so that a switch changes two numbers", () => {
  expect(weightedForward(groups, { blue: 100, green: 0 })).toEqual([
    {
      type: "forward",
      forward: {
        targetGroups: [
          { arn: "arn:blue", weight: 100 },
          { arn: "arn:green", weight: 0 },
        ],
      },
    },
  ]);
});

it("lets users stay with a version while traffic is shared, and ends that when one side has it all", () => {
  const stickiness = (blue: number) =>
    weightedForward(groups, { blue, green: 100 - blue }, 3_600)[0]?.forward.stickiness;
  expect(stickiness(90)).toEqual({ enabled: true, duration: 3_600 });
  expect([stickiness(100), stickiness(0)]).toEqual(Array(2).fill({ enabled: false, duration: 3_600 }));
});

it.each([
  [{ blue: 90, green: 0 }, "sum to 90"],
  [{ blue: 50.5, green: 49.5 }, "the weight of blue is 50.5"],
  [{ blue: 101, green: -1 }, "the weight of blue is 101"],
])("forwards by no weights that are none: %j", (weights, expected) => {
  expect(() => weightedForward(groups, weights)).toThrow(expected);
});

it("asks for a host, and for a path only where one is named", () => {
  expect(ruleConditions(["shop.example"], undefined)).toEqual([{ hostHeader: { values: ["shop.example"] } }]);
  expect(ruleConditions(["shop.example"], ["/api/*"])).toEqual([
    { hostHeader: { values: ["shop.example"] } },
    { pathPattern: { values: ["/api/*"] } },
  ]);
});

it("leaves the standard port out of an address", () => {
  expect([addressOf("shop.example", 443), addressOf("shop.example", 8443)]).toEqual([
    "https://shop.example",
    "https://shop.example:8443",
  ]);
});

it("knows a load balancer's name in CloudWatch by its listener", () => {
  expect(loadBalancerOf(existing.listener)).toBe("app/shared/0123456789abcdef");
});

it("takes key, stage and version off the reference to a secret", () => {
  const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf";
  expect([secretOf(secret), secretOf(`${secret}:url::`)]).toEqual([secret, secret]);
});

it("describes a container with variables, secrets by reference, its port and its log", () => {
  const plan = {
    name: "api",
    image: image("api", "v1"),
    port: 8080,
    env: { B: "2", A: "1" },
    secrets: { DATABASE_URL: "arn:secret" },
    stopSeconds: 30,
    logGroup: "/greenlight/prod-blue-api",
    region: "eu-central-1",
  };
  const [container] = JSON.parse(containerDefinitions(plan));
  expect(container).toEqual({
    name: "api",
    image: image("api", "v1"),
    essential: true,
    portMappings: [{ containerPort: 8080, protocol: "tcp" }],
    environment: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    secrets: [{ name: "DATABASE_URL", valueFrom: "arn:secret" }],
    stopTimeout: 30,
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/greenlight/prod-blue-api",
        "awslogs-region": "eu-central-1",
        "awslogs-stream-prefix": "api",
      },
    },
  });
  // Fargate's most is 120 seconds; a load balancer drains for up to an hour.
  expect(JSON.parse(containerDefinitions({ ...plan, stopSeconds: 600 }))[0].stopTimeout).toBe(120);
  // The order of variables in a manifest is no change of the task.
  expect(containerDefinitions({ ...plan, env: { A: "1", B: "2" } })).toBe(containerDefinitions(plan));
});

it("takes no image for one that is named by a tag", () => {
  expect(digestOf(image("api", "v1"))).toBe(`sha256:${"1".repeat(64)}`);
  expect(() => digestOf("registry.example/api:v1")).toThrow("registry.example/api:v1 has no digest");
});

it("shows both environments of each service side by side, with the time of the switch", () => {
  const { widgets } = JSON.parse(
    dashboardBody({
      region: "eu-central-1",
      loadBalancer: "app/prod/1",
      services: [
        { service: "api", targetGroups: { blue: "targetgroup/b/1", green: "targetgroup/g/1" } },
        { service: "web", targetGroups: { blue: "targetgroup/b/2", green: "targetgroup/g/2" } },
      ],
      switched: { to: "green v2", at: "2026-03-02T10:00:00.000Z" },
    }),
  );
  expect(widgets.map((it: { properties: { title: string } }) => it.properties.title)).toEqual([
    "api: requests",
    "api: answers with 5xx",
    "api: P95, seconds",
    "web: requests",
    "web: answers with 5xx",
    "web: P95, seconds",
  ]);
  expect(widgets[0]).toMatchObject({
    x: 0,
    y: 0,
    properties: {
      metrics: [
        ["AWS/ApplicationELB", "RequestCount", "TargetGroup", "targetgroup/b/1", "LoadBalancer", "app/prod/1", {}],
        ["AWS/ApplicationELB", "RequestCount", "TargetGroup", "targetgroup/g/1", "LoadBalancer", "app/prod/1", {}],
      ].map(([...it]) => [...it.slice(0, 6), expect.objectContaining({ label: expect.any(String) })]),
      annotations: { vertical: [{ label: "to green v2", value: "2026-03-02T10:00:00.000Z" }] },
    },
  });
});
