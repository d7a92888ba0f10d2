import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { credentials, region, World } from "../tools/aws/world.ts";
import { type Config, Project } from "./project.ts";

const container = fileURLToPath(new URL("fixtures/container.mjs", import.meta.url));

export const image = (service: string, version: string) =>
  `registry.example/${service}@sha256:${createHash("sha256").update(`${service} ${version}`).digest("hex")}`;

/** A smoke test that only this version passes. */
export const smokeOf = (version: string) => ({
  command: ["node", "-e", `process.exit(process.env.EXPECT_VERSION === "${version}" ? 0 : 1)`],
});

/** A team's project whose cloud is a simulated AWS of its own: real requests, tasks that run, health that is asked. */
export interface OnSimulatedAws {
  readonly world: World;
  readonly project: Project;
}

/**
 * @param it.services whose images there are, in each of the versions
 * @param it.settings the stack's settings, and those of `aws` laid over the network and the load balancer
 */
export async function openOnSimulatedAws(it: {
  readonly services: readonly string[];
  readonly versions: readonly string[];
  readonly settings: (world: World, aws: Config, vpcId: string) => Config | Promise<Config>;
}): Promise<OnSimulatedAws> {
  // The schema's file lies in the project, which needs the world first.
  let schema = "";
  const world = await World.start({
    speed: 20,
    images: (asked) => {
      const version = it.versions.find((one) => it.services.some((service) => asked === image(service, one)));
      return version === undefined ? undefined : { command: [process.execPath, container, version, schema] };
    },
  });
  const { vpcId, subnets } = await world.network();
  const aws = {
    account: "123456789012",
    region,
    name: "shop",
    vpc: vpcId,
    subnets,
    loadBalancer: {
      create: { subnets, certificate: await world.certificate(), public: ["0.0.0.0/0"], tests: ["127.0.0.1/32"] },
    },
  };
  const project = await Project.make({
    platform: "aws",
    live: "blue",
    blue: "v1",
    ...(await it.settings(world, aws, vpcId)),
  });
  schema = join(project.folder, "schema");
  Object.assign(project.env, {
    AWS_ENDPOINT_URL: world.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  await project.standIn("aws");
  return { world, project };
}

/** Runs the command to its end; its JSON, its progress, its exit code. */
export async function greenlightIn(project: Project, args: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await project.greenlight([...args, "--json"], env);
  return { exitCode, json: JSON.parse(stdout || "{}"), said: stderr };
}

/** The rule by which users reach a service, and its target groups. */
export async function ruleOf(world: World, project: Project, service: string) {
  const elb = new ElasticLoadBalancingV2Client(world.client);
  const group = async (environment: string) => {
    const { TargetGroups = [] } = await elb.send(
      new DescribeTargetGroupsCommand({ Names: [`shop-${environment}-${service}`] }),
    );
    return TargetGroups[0]?.TargetGroupArn ?? "";
  };
  const groups = { blue: await group("blue"), green: await group("green") };
  const state = await project.exported();
  const listener = state.resources.find(({ urn }) => urn.endsWith("::load-balancer-users"))?.outputs?.arn;
  const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: String(listener) }));
  const users = Rules.filter(({ Conditions = [] }) => Conditions.every(({ Field }) => Field !== "http-header"));
  const rule = users.find((it) =>
    it.Actions?.[0]?.ForwardConfig?.TargetGroups?.some((one) => one.TargetGroupArn === groups.green),
  );
  if (rule === undefined) throw new Error(`no rule forwards to ${service}`);
  return { rule, groups };
}

/** Shares of blue and green in the rule by which users reach a service. */
export async function sharesOf(world: World, project: Project, service: string): Promise<[number, number]> {
  const { rule, groups } = await ruleOf(world, project, service);
  const share = (arn: string) =>
    rule.Actions?.[0]?.ForwardConfig?.TargetGroups?.find((it) => it.TargetGroupArn === arn)?.Weight ?? -1;
  return [share(groups.blue), share(groups.green)];
}

/** What is recorded of the way back without us; null where nothing is. */
export async function rollbackRecord(world: World) {
  const found = await new SSMClient(world.client).send(new GetParameterCommand({ Name: "/greenlight/shop/rollback" }));
  const { Value = "null", Version = 0, LastModifiedDate } = found.Parameter ?? {};
  const arming: Record<string, unknown> | null = JSON.parse(Value);
  return { arming, writtenTimes: Version, at: LastModifiedDate?.getTime() ?? 0 };
}

/** The no-go alarm of green goes to a state, and what is called with it ends. */
export async function alarmOfGreen({ simulator }: World, state: "OK" | "ALARM"): Promise<void> {
  await simulator.setAlarm("shop-green-no-go", state, "ordered by the test", region);
  await simulator.functions.idle();
}

/** What the function's calls came to, in their order. */
export const calledWith = ({ simulator }: World) =>
  simulator.functions.invocations.map(({ result, error }) => error ?? result);
