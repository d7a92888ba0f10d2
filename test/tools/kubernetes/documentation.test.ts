import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { kinds } from "../../../tools/kubernetes/kinds.ts";
import { versions } from "../../../tools/versions.ts";

const page = await readFile(new URL("../../../docs/kubernetes-simulation.md", import.meta.url), "utf8");

describe("the page on Kubernetes on this machine", () => {
  it("lists the types that the stand-in makes, and no other", () => {
    const part = /<!-- types.*?-->([\s\S]*?)<!-- end of types -->/.exec(page)?.[1] ?? "";
    const named = [...part.matchAll(/`([^`]+)`/g)].map((it) => it[1]);
    expect(named.sort()).toEqual(
      Object.keys(kinds)
        .map((token) => token.replace(/^kubernetes:/, ""))
        .sort(),
    );
  });

  it("names the versions that are provided", () => {
    const { provided, etcd, kwok, gatewayApi } = versions.kubernetes;
    expect(page).toContain(`kubectl ${provided}`);
    expect(page).toContain(`etcd ${etcd}`);
    expect(page).toContain(`kwok ${kwok}`);
    expect(page).toContain(`Gateway API ${gatewayApi}`);
    expect(page).toContain(`\`@pulumi/kubernetes\` ${versions.kubernetesPlugin.provided.replace(/\.\d+$/, "")}`);
  });
});
