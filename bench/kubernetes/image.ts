import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { tagVariable } from "../../rehearsal/processes.ts";
import type { Images } from "../../tools/containerProcess.ts";

/** The one service that every contender runs, and its container. */
export const service = "app";
export const servicePort = 8080;

/** Round 0 is what is deployed first. */
export function versionOf(round: number): string {
  return `v1.0.${round}`;
}

/** By digest: no registry is asked, its name says what runs. */
export function imageOf(version: string): string {
  return `registry.example/${service}@sha256:${createHash("sha256").update(version).digest("hex")}`;
}

const program = fileURLToPath(new URL("service.mjs", import.meta.url));

/** The processes of rounds 0 to `rounds`. @param home by which processes that a killed benchmark left are found */
export function images(rounds: number, home: string): Images {
  const versions = Array.from({ length: rounds + 1 }, (_, round) => versionOf(round));
  return (image) => {
    const version = versions.find((it) => imageOf(it) === image);
    if (version === undefined) return undefined;
    return {
      command: [process.execPath, "--max-old-space-size=64", "--max-semi-space-size=1", program],
      env: { VERSION: version, ENVIRONMENT: "pods", [tagVariable]: home },
    };
  };
}
