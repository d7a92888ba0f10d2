import { readRecords } from "../../provider/local/instanceRecord.ts";
import type { Gatherers } from "./gathering.ts";

/** Facts of the infrastructure group that are read from the settings and the platform. */
export const infrastructure: Gatherers = {
  "infrastructure/capacity": ({ settings, manifest, dir }) => {
    const running = readRecords(dir).filter((it) => it.alive && it.version !== manifest.manifest.version);
    return {
      services: Object.fromEntries(
        Object.entries(settings.services).map(([name, { instances }]) => {
          const live = running.filter((it) => it.service === name && it.environment === settings.live).length;
          return [name, live === 0 ? { candidate: instances } : { live, candidate: instances }];
        }),
      ),
    };
  },
};
