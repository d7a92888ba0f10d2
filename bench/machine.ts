import { arch, availableParallelism, release, totalmem, type } from "node:os";
import type { Toolchain } from "../tools/toolchain.ts";

/** Where figures were measured, for whoever compares them with their own. */
export interface Machine {
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Programs by name. */
  readonly versions: Readonly<Record<string, string>>;
}

export function machine(tools: Toolchain): Machine {
  return {
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split("-")[0]} ${arch()}`,
    versions: {
      node: process.versions.node,
      pulumi: tools.pulumi.version,
      envoy: tools.envoy.version,
      postgres: tools.postgres.version,
    },
  };
}
