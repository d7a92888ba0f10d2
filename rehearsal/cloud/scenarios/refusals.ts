import { refused } from "../../followed/scenarios/refused.ts";
import { interrupted } from "../../releases.ts";
import type { CloudGround } from "../cloudGround.ts";

export const neverHealthy = refused({
  name: "never-healthy",
  title: "A release whose tasks are never healthy",
  version: "v1.2.2",
  says: /(target|task|healthy)/,
});

export const alarmFires = refused<CloudGround>({
  name: "alarm-fires",
  title: "An alarm of what serves fires before the release",
  version: interrupted[1],
  says: /no-go fires/,
  before: async (ground) => ground.alarm(await ground.serving(), "ALARM"),
  after: async (ground) => ground.alarm(await ground.serving(), "OK"),
});

export const snapshotLimit = refused<CloudGround>({
  name: "snapshot-limit",
  title: "The account has as many snapshots as it may",
  version: interrupted[1],
  says: /SnapshotQuotaExceeded/,
  before: async (ground) =>
    ground.simulator.fail({
      kind: "refuse",
      service: "rds",
      action: "CreateDBSnapshot",
      code: "SnapshotQuotaExceeded",
      message: "The request would result in the user exceeding the allowed number of DB snapshots.",
    }),
  after: async (ground) => ground.simulator.faults.clear(),
});
