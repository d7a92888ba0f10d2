import { Simulator } from "../../tools/aws/simulator/simulator.ts";
import type { Images } from "../../tools/containerProcess.ts";
import { ensureMoto, startMoto } from "../../tools/moto.ts";
import { account, type CloudFacts, region } from "./cloudProject.ts";
import { credentials, makeTeamsOwn } from "./teamsOwn.ts";

/** A simulated AWS that runs, with what a team brings along. */
export interface PlayedCloud {
  readonly simulator: Simulator;
  readonly teams: Omit<CloudFacts, "ports">;
  readonly account: string;
  readonly region: string;
  /** Of moto, with its version. */
  readonly pid: number;
  readonly version: string;
  close(): Promise<void>;
}

/** @param it.images what runs on this machine in place of an image */
export async function openCloud(it: {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly images: Images;
}): Promise<PlayedCloud> {
  const { signal, say, images } = it;
  const moto = await ensureMoto({ progress: say, signal });
  say("starting a simulated AWS");
  const server = await startMoto(moto, { signal });
  let simulator: Simulator | undefined;
  const close = async () => {
    await simulator?.stop();
    await server.stop();
  };
  try {
    simulator = await Simulator.start({ moto: server.endpoint, images });
    const teams = await makeTeamsOwn({ endpoint: simulator.endpoint, region, credentials });
    return { simulator, teams, account, region, pid: server.pid, version: moto.version, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What leads every client of AWS to the simulated one, and nowhere else. */
export function environmentOf({ endpoint }: Simulator): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // A profile of the person's would be taken before them.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
}
