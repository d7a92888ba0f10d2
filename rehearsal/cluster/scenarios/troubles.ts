import { complaint } from "../../command.ts";
import { throughTrouble } from "../../followed/scenarios/throughTrouble.ts";
import { milliseconds } from "../../report/wording.ts";
import { until } from "../../until.ts";
import type { ClusterGround } from "../clusterGround.ts";

export const apiServerGone = throughTrouble<ClusterGround>({
  name: "api-server",
  title: "The API server is gone in the middle of a switch",
  expected:
    "It is killed when the switch begins and comes back 5 s later: the switch ends well, or ends with what to do, and ends well when it is given again.",
  async play(ground, { found, to }) {
    const command = ground.commands.greenlight(["switch", to]);
    await until(() => command.over || command.told(/traffic-gate …/), 60_000, ground.signal, 10);
    await ground.cluster.killApiServer();
    await until(() => false, 5_000, ground.signal);
    await ground.cluster.startApiServer();
    const first = await ground.run(command);
    let said = "The switch itself ended well.";
    if (first.exitCode !== 0) {
      said = `The switch said: ${complaint(first).slice(0, 160)} Given again, it ended well.`;
      const again = await ground.greenlight("switch", to);
      found.expect(again.exitCode === 0, `given again, it failed: ${complaint(again)}`);
    }
    found.expect((await ground.live())?.environment === to, `afterwards ${await ground.sayLive()}`);
    return said;
  },
});

export const lagging = throughTrouble<ClusterGround>({
  name: "lag",
  title: "Requests follow the API later than the stack says",
  expected:
    "Requests go by what the API says 4 s later, where the stack counts on 2 s at most: no request fails there and back.",
  async play(ground, { found, from, to }) {
    ground.follower.delayMs = 4_000;
    try {
      for (const side of [to, from]) {
        const ran = await ground.greenlight("switch", side);
        found.expect(ran.exitCode === 0, `the switch to ${side} failed: ${complaint(ran)}`);
      }
    } finally {
      ground.follower.delayMs = ground.usualLagMs;
    }
    return `Two switches with requests ${milliseconds(4_000)} behind.`;
  },
});

export const drained = throughTrouble<ClusterGround>({
  name: "drain",
  title: "Nodes are drained in the middle of a switch",
  expected:
    "All nodes are drained while a switch goes on: each service keeps a pod, the switch ends, no request fails.",
  async play(ground, { found, to }) {
    const nodes = (await ground.kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")).split(" ");
    const command = ground.commands.greenlight(["switch", to]);
    await until(() => command.over || command.told(/traffic-gate …/), 60_000, ground.signal, 10);
    const [first = "", ...others] = nodes;
    // One at a time, as whoever updates nodes does; the pods go to those that are left.
    await ground.kubectl("drain", first, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=50s");
    await ground.kubectl("uncordon", first);
    const switched = await ground.run(command);
    if (switched.exitCode !== 0) {
      const again = await ground.greenlight("switch", to);
      found.expect(again.exitCode === 0, `given again after the drain, the switch failed: ${complaint(again)}`);
    }
    for (const node of others) {
      await ground.kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=50s");
      await ground.kubectl("uncordon", node);
    }
    found.expect((await ground.live())?.environment === to, `afterwards ${await ground.sayLive()}`);
    return `${nodes.length} nodes were drained, one after the other.`;
  },
});

export const strangers = throughTrouble<ClusterGround>({
  name: "strangers",
  title: "Somebody else edits what is ours",
  expected:
    "Weights that somebody wrote are refused and named, and so is who scaled pods down; after a refresh, and when the pods are given back, an update mends both; no request fails.",
  async play(ground, { found, from, to }) {
    await ground.atFullSize();
    const route = JSON.parse(await ground.kubectl("get", "httproute", "shop-api", "-o", "json"));
    for (const ref of route.spec.rules[0].backendRefs) ref.weight = ref.name.endsWith(to) ? 30 : 70;
    const patch = JSON.stringify({ spec: { rules: route.spec.rules } });
    await ground.kubectl("patch", "httproute", "shop-api", "--type=merge", "-p", patch);
    await ground.kubectl("scale", "deployment", `shop-web-${to}`, "--replicas=1");
    const refused = await ground.greenlight("switch", to);
    const said = complaint(refused);
    found.expect(refused.exitCode !== 0, "the switch overwrote weights that somebody else wrote");
    found.expect(/Somebody moved traffic/.test(said), `it does not say who moved what: ${said}`);
    const refreshed = await ground.operate("refresh");
    found.expect(refreshed.exitCode === 0, `the refresh failed: ${complaint(refreshed)}`);
    const up = () => ground.operate("up");
    const conflict = await up();
    found.expect(conflict.exitCode !== 0, "the update took the number of pods from who had set it");
    const field = /apply Deployment[^\n]{0,160}?\.spec\.replicas[^\n.]{0,80}/.exec(conflict.stdout)?.[0]?.trim();
    found.expect(
      field?.includes("kubectl") === true,
      `it does not say whose the number of pods is: ${conflict.stdout.slice(-400)}`,
    );
    await ground.kubectl("scale", "deployment", `shop-web-${to}`, "--replicas=2");
    const mended = await up();
    found.expect(mended.exitCode === 0, `the update after it failed: ${mended.stdout.slice(-400)}`);
    found.expect((await ground.live())?.environment === from, `afterwards ${await ground.sayLive()}`);
    const pods = await ground.instances("web");
    found.expect(pods[to] === 2, `${pods[to]} pods of web are wanted in ${to}`);
    return `Refused: ${said.slice(0, 160)} Then: ${field ?? "no word of the pods"}. Mended by a refresh, the pods given back, and an update.`;
  },
});
