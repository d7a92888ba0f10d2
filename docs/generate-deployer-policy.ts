/**
 * Writes docs/aws-deployer-policy.md for the stack of Pulumi.prod.yaml:
 *
 *     node --import tsx docs/generate-deployer-policy.ts
 *
 * or prints the page of another stack file:
 *
 *     node --import tsx docs/generate-deployer-policy.ts <stack> <path of Pulumi.<stack>.yaml> [<project's name>]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { deployerPolicies, deployerScope } from "../components/aws/deployerPolicy.ts";
import { readSettings } from "../config.ts";

const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** The page with both policies of a stack. A test compares the file with it. */
export function deployerPolicyPage(stack: string, text: string, project = "greenlight"): string {
  const { config } = stackFile.parse(parse(text));
  const given = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
  const { aws } = readSettings(given, project);
  if (aws === undefined) throw new Error("The stack is not on AWS: greenlight:aws is missing.");
  const policies = deployerPolicies(deployerScope(stack, aws));
  const block = (of: keyof typeof policies) => `\`\`\`json\n${JSON.stringify(policies[of], null, 2)}\n\`\`\``;
  const optional = (of: "network" | "database" | "rollback" | "frontend" | "drill", title: string) =>
    policies[of] === undefined ? "" : `\n## ${title}\n\n${block(of)}\n`;
  return `<!-- Written by docs/generate-deployer-policy.ts from components/aws/deployerPolicy.ts; change it there. -->
# What the deployer of an AWS stack may do

Policies of IAM for whoever runs \`pulumi up\`, for the identifiers of the stack file. The deployer changes what bears the stack's
name or tag, reads, and hands no role to anything but ECS tasks and the function that moves traffic back. \`*\` stands only where AWS knows no resource for the action, or for what has
no name before it is made. The backend of Pulumi's state is not among it.

For a stack of your own:

\`\`\`sh
node --import tsx docs/generate-deployer-policy.ts prod Pulumi.prod.yaml
\`\`\`

## What makes the stack

${block("stack")}

## What reads it, migrates and takes snapshots

${block("release")}
${optional("network", "What makes the network (`aws.network.create`)")}${optional("database", "What makes the database (`aws.database.create`)")}${optional("rollback", "What makes and arms the rollback without us (`aws.rollback`)")}${optional("frontend", "What makes, fills and switches the pages (`aws.frontend`)")}${optional("drill", "What only a restore drill needs (`greenlight drill snapshot`)")}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [stack, path, project] = process.argv.slice(2);
  if (stack !== undefined && path !== undefined) {
    process.stdout.write(deployerPolicyPage(stack, readFileSync(path, "utf8"), project));
  } else {
    const own = readFileSync(new URL("../Pulumi.prod.yaml", import.meta.url), "utf8");
    writeFileSync(new URL("aws-deployer-policy.md", import.meta.url), deployerPolicyPage("prod", own));
  }
}
