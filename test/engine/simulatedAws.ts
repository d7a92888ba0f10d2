import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { credentials, region, World } from "../tools/aws/world.ts";
import { type Config, Project, root } from "./project.ts";

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
  const file = join(project.folder, "Pulumi.yaml");
  const plugin = `    - name: aws\n      path: ${join(root, "tools/aws")}\n`;
  await writeFile(file, `${(await readFile(file, "utf8")).trimEnd()}\n${plugin}`);
  return { world, project };
}
