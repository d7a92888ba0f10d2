import { claimFiles } from "./claimFiles.ts";
import { drillScript } from "./drillScript.ts";
import { dumpToClaim } from "./dumpToClaim.ts";
import { dumpToStore } from "./dumpToStore.ts";
import { listScript } from "./listScript.ts";
import { lossScript } from "./lossScript.ts";
import { removalScript } from "./removalScript.ts";
import { replaceScript } from "./replaceScript.ts";
import type { DumpPlace } from "./scriptBeginning.ts";
import { storeFiles } from "./storeFiles.ts";

/** What is done with dumps by Jobs. */
export interface DumpScripts {
  readonly dump: string;
  readonly list: string;
  readonly removal: string;
  readonly drill: string;
  readonly loss: string;
  readonly replace: string;
}

const besides = (files: string) => ({
  list: listScript(files),
  removal: removalScript(files),
  drill: drillScript(files),
  loss: lossScript(files),
  replace: replaceScript(files),
});

/** The scripts for each place where dumps can be kept. */
export const dumpScripts: Readonly<Record<DumpPlace, DumpScripts>> = {
  claim: { dump: dumpToClaim, ...besides(claimFiles) },
  store: { dump: dumpToStore, ...besides(storeFiles) },
};
