import { stringify } from "yaml";
import { image, settings } from "../components/aws/shop.ts";
import type { Cloud } from "../provider/aws/cloud.ts";
import { Project } from "./project.ts";

/** The project of a stack `prod` on AWS, with v1 in blue and v2 in green, and their manifests. */
export function awsProject(live: "blue" | "green", more: Record<string, unknown> = {}): Project {
  const config = { ...settings, live, blue: "v1", green: "v2", ...more };
  const lines = Object.entries(config)
    .filter(([, it]) => it !== undefined)
    .map(([key, it]) => `  shop:${key}: ${JSON.stringify(it)}`);
  const project = new Project({ prod: `config:\n${lines.join("\n")}\n` });
  for (const version of ["v1", "v2", "v3"]) {
    const manifest = {
      version,
      services: { api: { image: image("api", version) }, web: { image: image("web", version) } },
      smoke: { command: ["node", "-e", `process.exit(process.env.EXPECT_VERSION === "${version}" ? 0 : 1)`] },
    };
    project.write(`releases/${version}.yaml`, stringify(manifest));
  }
  return project;
}

/** ECS answers that one task of each service runs these versions, by environment. */
export function tasksRun(cloud: Cloud, versions: Readonly<Record<"blue" | "green", string>>): void {
  cloud.answers("DescribeServices", ({ services }) => ({
    services: (services as string[]).map((serviceName) => ({ serviceName, status: "ACTIVE", desiredCount: 1 })),
  }));
  cloud.answers("ListTasks", ({ serviceName }) => ({ taskArns: [`task/${serviceName}`] }));
  cloud.answers("DescribeTasks", ({ tasks }) => ({
    tasks: (tasks as string[]).map((taskArn) => {
      const [, environment = "", name = ""] = /prod-(blue|green)-(\w+)$/.exec(taskArn) ?? [];
      const imageDigest = image(name, versions[environment as "blue" | "green"]).split("@")[1];
      return { taskArn, lastStatus: "RUNNING", containers: [{ name, imageDigest }] };
    }),
  }));
}
