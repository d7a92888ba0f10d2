/**
 * Writes docs/kubernetes-deployer-role.yaml:
 *
 *     node --import tsx docs/generate-deployer-role.ts
 *
 * or prints it for another namespace:
 *
 *     node --import tsx docs/generate-deployer-role.ts <namespace>
 */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { deployerRole } from "../components/kubernetes/deployerRole.ts";

/** The file with the Role of a namespace. A test compares it. */
export function deployerRoleFile(namespace: string): string {
  return `# Written by docs/generate-deployer-role.ts from components/kubernetes/deployerRole.ts; change it there.
# What whoever runs \`pulumi up\` must be allowed, in one namespace. Bind it by a RoleBinding to a user, a group or a service account.
${stringify(deployerRole(namespace), { aliasDuplicateObjects: false })}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [namespace] = process.argv.slice(2);
  if (namespace !== undefined) process.stdout.write(deployerRoleFile(namespace));
  else writeFileSync(new URL("kubernetes-deployer-role.yaml", import.meta.url), deployerRoleFile("shop"));
}
