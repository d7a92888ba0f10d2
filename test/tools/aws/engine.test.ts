import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureToolchain, pathWith } from "../../../tools/toolchain.ts";
import { hangsAfterMs } from "../../patience.ts";
import { root, temporaryFolder } from "../sandbox.ts";
import { credentials, region, World } from "./world.ts";

let world: World;
let folder: string;
let remove: () => Promise<void>;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const toolchain = await ensureToolchain({ want: ["pulumi"] });
  world = await World.start();
  ({ folder, remove } = await temporaryFolder("aws"));
  const project = join(folder, "project");
  await cp(fileURLToPath(new URL("../fixtures/weighted", import.meta.url)), project, { recursive: true });
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
  const settings = (await readFile(join(project, "Pulumi.yaml"), "utf8"))
    .replace("AWS_FOLDER", join(root, "tools/aws"))
    .replace("NODE_SETUP", join(root, "tools/node.mjs"));
  await writeFile(join(project, "Pulumi.yaml"), settings);
  await mkdir(join(folder, "state"));
  env = {
    ...process.env,
    ...toolchain.env,
    PATH: pathWith(toolchain),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "only for this test",
    AWS_ENDPOINT_URL: world.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const { vpcId, subnets } = await world.network();
  expect((await pulumi("stack", "init", "test")).exitCode).toBe(0);
  await pulumi("config", "set", "vpcId", vpcId);
  await pulumi("config", "set", "subnets", JSON.stringify(subnets));
  await pulumi("config", "set", "weights", "[100,0]");
});
afterAll(async () => {
  await world?.stop();
  await remove?.();
});

function pulumi(...args: string[]) {
  return execa("pulumi", [...args, "--non-interactive", "--color=never"], {
    cwd: join(folder, "project"),
    env,
    extendEnv: false,
    stdin: "ignore",
    all: true,
    reject: false,
    timeout: hangsAfterMs,
  });
}

async function succeed(...args: string[]): Promise<string> {
  const { all, exitCode } = await pulumi(...args);
  expect(exitCode, all).toBe(0);
  expect(all).not.toMatch(/warning/i);
  return all;
}

async function output<T>(name: string): Promise<T> {
  return JSON.parse((await pulumi("stack", "output", name, "--json")).stdout) as T;
}

async function weights(): Promise<number[]> {
  const elb = new ElasticLoadBalancingV2Client(world.client);
  const { Rules: rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [await output("ruleArn")] }));
  const groups = await output<string[]>("groupArns");
  const found = rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? [];
  return groups.map((arn) => found.find((it) => it.TargetGroupArn === arn)?.Weight ?? Number.NaN);
}

describe.sequential("pulumi with the stand-in of the aws plugin", () => {
  it("makes a load balancer with two groups and a weighted rule", async () => {
    expect(await succeed("up", "--yes")).toContain("+ 6 created");
    expect(await weights()).toEqual([100, 0]);
  });

  it("finds nothing to do when it is run again", async () => {
    expect(await succeed("up", "--yes", "--skip-preview")).toMatch(/6 unchanged/);
    expect(await succeed("refresh", "--yes", "--skip-preview")).toMatch(/6 unchanged/);
  });

  it("shows the switch as one changed resource, and makes it", async () => {
    await pulumi("config", "set", "weights", "[0,100]");
    const shown = await succeed("preview", "--diff");
    expect(shown).toMatch(/~ aws:lb\/listenerRule:ListenerRule: \(update\)/);
    expect(shown).toMatch(/~ 1 to update/);
    await succeed("up", "--yes", "--skip-preview");
    expect(await weights()).toEqual([0, 100]);
  });

  it("sees by a refresh that somebody moved the weights, and puts them back", async () => {
    const [blue, green] = await output<string[]>("groupArns");
    const moved = [blue, green].map((TargetGroupArn) => ({ TargetGroupArn, Weight: 50 }));
    await new ElasticLoadBalancingV2Client(world.client).send(
      new ModifyRuleCommand({
        RuleArn: await output("ruleArn"),
        Actions: [{ Type: "forward", Order: 1, ForwardConfig: { TargetGroups: moved } }],
      }),
    );
    expect(await succeed("refresh", "--yes", "--skip-preview", "--diff")).toMatch(/~ 1 updated/);
    expect(await succeed("up", "--yes", "--skip-preview")).toMatch(/~ 1 updated/);
    expect(await weights()).toEqual([0, 100]);
  });

  it("refuses a property that it does not know, and leaves all as it was", async () => {
    const program = join(folder, "project", "index.ts");
    const text = await readFile(program, "utf8");
    await writeFile(program, text.replace('name: "shop",', 'name: "shop", enableZonalShift: true,'));
    const { all, exitCode } = await pulumi("preview");
    expect(exitCode).not.toBe(0);
    expect(all).toContain("does not know the property enableZonalShift of aws:lb/loadBalancer:LoadBalancer");
    await writeFile(program, text);
  });

  it("takes everything down", async () => {
    expect(await succeed("destroy", "--yes", "--skip-preview")).toMatch(/- 6 deleted/);
  });
});
