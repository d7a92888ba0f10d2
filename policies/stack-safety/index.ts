import { PolicyPack } from "@pulumi/policy";
import { loopbackListeners } from "./loopback-listeners.ts";
import { noSwitchWithoutOldSide } from "./no-switch-without-old-side.ts";
import { releaseStated } from "./release-stated.ts";
import { snapshotBeforeMigration } from "./snapshot-before-migration.ts";
import { snapshotsKept } from "./snapshots-kept.ts";
import { thresholdsArmed } from "./thresholds-armed.ts";

new PolicyPack("stack-safety", {
  displayName: "Greenlight: release safety",
  description: "What must be so for a release to be safe.",
  enforcementLevel: "mandatory",
  policies: [
    releaseStated,
    noSwitchWithoutOldSide,
    loopbackListeners,
    snapshotsKept,
    snapshotBeforeMigration,
    thresholdsArmed,
  ],
});
