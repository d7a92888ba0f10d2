import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { deployerRole } from "../../../components/kubernetes/deployerRole.ts";
import { deployerRoleFile } from "../../../docs/generate-deployer-role.ts";
import { manifest, stack } from "./shop.ts";

it("docs/kubernetes-deployer-role.yaml is what the code says; `node --import tsx docs/generate-deployer-role.ts` writes it", () => {
  const file = new URL("../../../docs/kubernetes-deployer-role.yaml", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(deployerRoleFile("shop"));
});

it("the deployer may make every kind that a stack makes, in one namespace, and no right is given by *", async () => {
  const { rules = [], metadata } = deployerRole("shop");
  expect(metadata?.namespace).toBe("shop");
  const gateway = { name: "public" };
  const services = { api: { hosts: ["api.example"] }, web: { hosts: ["web.example"] } };
  const routed = await stack({ blue: manifest("v1") }, { kubernetes: { gateway, services } });
  const scaled = { services: { web: { scaling: { most: 9 } } } };
  const led = await stack({ blue: manifest("v1") }, { kubernetes: scaled });
  const kinds = new Set(
    [...led.resources, ...routed.resources]
      .filter(({ token }) => token.startsWith("kubernetes:"))
      .map(({ token }) => `${token.split(":").at(-1)?.toLowerCase()}s`),
  );
  expect(kinds.size).toBe(6);
  for (const kind of kinds) {
    const verbs = rules.filter((it) => it.resources?.includes(kind)).flatMap((it) => it.verbs);
    expect(verbs, kind).toEqual(expect.arrayContaining(["create", "patch", "delete", "get", "watch"]));
  }
  expect(JSON.stringify(rules)).not.toContain("*");
  expect(rules.flatMap((it) => it.resources ?? [])).not.toContain("secrets");
});
