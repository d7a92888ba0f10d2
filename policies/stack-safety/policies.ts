import type { Policies } from "@pulumi/policy";
import { alarmsPresent } from "./alarms-present.ts";
import { databasesBackedUp } from "./databases-backed-up.ts";
import { databasesEncrypted } from "./databases-encrypted.ts";
import { deletionProtection } from "./deletion-protection.ts";
import { imagesByDigest } from "./images-by-digest.ts";
import { listenersTls } from "./listeners-tls.ts";
import { loopbackListeners } from "./loopback-listeners.ts";
import { noSwitchWithoutOldSide } from "./no-switch-without-old-side.ts";
import { releaseStated } from "./release-stated.ts";
import { snapshotBeforeMigration } from "./snapshot-before-migration.ts";
import { snapshotsKept } from "./snapshots-kept.ts";
import { snapshotsProtected } from "./snapshots-protected.ts";
import { thresholdsArmed } from "./thresholds-armed.ts";
import { weightsSum } from "./weights-sum.ts";

/** Every policy of the pack: what a release states first, then what the stack is made of. */
export const policies: Policies = [
  releaseStated,
  noSwitchWithoutOldSide,
  weightsSum,
  deletionProtection,
  databasesEncrypted,
  databasesBackedUp,
  imagesByDigest,
  listenersTls,
  loopbackListeners,
  snapshotsKept,
  snapshotsProtected,
  snapshotBeforeMigration,
  thresholdsArmed,
  alarmsPresent,
];
