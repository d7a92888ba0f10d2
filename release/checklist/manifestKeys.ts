import type { Manifest } from "../manifestShape.ts";
import type { ItemId } from "./item.ts";

type Key = keyof Manifest | `${"communication" | "database" | "onCall"}.${string}`;

/** Keys of the manifest that an item goes by, beside its own under `evidence`. */
const keys: Readonly<Record<ItemId, readonly Key[]>> = {
  "code/features": ["features", "issues"],
  "code/review": ["commit", "database"],
  "code/security-review": ["commit"],
  "code/documentation": ["commit"],
  "infrastructure/staging": ["services"],
  "infrastructure/capacity": ["services"],
  "infrastructure/monitoring": ["services"],
  "database/review": ["database"],
  "database/compatible": ["database", "downtime"],
  "database/rollback-script": ["database.rollback"],
  "database/backup": ["database.tool"],
  "communication/team": ["communication.team"],
  "communication/stakeholders": ["communication.stakeholders"],
  "communication/status-page": ["downtime"],
  "communication/on-call": ["onCall.name", "onCall.acknowledgedAt", "duration"],
  "day/window": ["team", "duration"],
  "day/merged": ["commit"],
  "day/tag": ["commit"],
  "anti-patterns/end-of-day": ["team", "duration"],
  "anti-patterns/big-bang": ["commit", "features", "services", "database"],
};

/** Those of one item; every item is of the manifest's version. */
export function manifestKeys(id: ItemId): readonly string[] {
  return keys[id] ?? [];
}

/** Every item that has keys, and they. */
export const allManifestKeys: Readonly<Record<string, readonly string[]>> = keys;
