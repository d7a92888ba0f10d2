import { describe, expect, it } from "vitest";
import { alarmsPresent } from "../../policies/stack-safety/alarms-present.ts";
import { databasesBackedUp } from "../../policies/stack-safety/databases-backed-up.ts";
import { databasesEncrypted } from "../../policies/stack-safety/databases-encrypted.ts";
import { deletionProtection } from "../../policies/stack-safety/deletion-protection.ts";
import { imagesByDigest } from "../../policies/stack-safety/images-by-digest.ts";
import { listenersTls } from "../../policies/stack-safety/listeners-tls.ts";
import { snapshotsProtected } from "../../policies/stack-safety/snapshots-protected.ts";
import { weightsSum } from "../../policies/stack-safety/weights-sum.ts";
import { judge, judgeStack, resource, unknown } from "./judging.ts";

const digest = `sha256:${"a".repeat(64)}`;
const rds = "aws:rds/instance:Instance";
const cluster = "aws:rds/cluster:Cluster";

describe("deletion-protection", () => {
  const guarded: [type: string, input: string][] = [
    [rds, "deletionProtection"],
    [cluster, "deletionProtection"],
    ["aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection"],
    ["aws:dynamodb/table:Table", "deletionProtectionEnabled"],
  ];
  it.each(guarded)("asks %s for %s", (type, input) => {
    expect(judge(deletionProtection, type, { [input]: true })).toEqual([]);
    for (const props of [{}, { [input]: false }, { [input]: "true" }]) {
      expect(judge(deletionProtection, type, props)).toEqual([expect.stringContaining(`Set ${input} to true`)]);
    }
  });
  it("leaves alone what nobody would miss", () => {
    expect(judge(deletionProtection, "aws:s3/bucketObject:BucketObject", {})).toEqual([]);
    expect(judge(deletionProtection, "constructor", {})).toEqual([]);
  });
});

describe("databases-encrypted", () => {
  it.each([rds, cluster])("asks %s for encryption", (type) => {
    expect(judge(databasesEncrypted, type, { storageEncrypted: true })).toEqual([]);
    expect(judge(databasesEncrypted, type, {})).toHaveLength(1);
    expect(judge(databasesEncrypted, type, { storageEncrypted: false })).toHaveLength(1);
  });
  it("takes a replica, whose source is judged, also while a preview does not know that source", () => {
    expect(judge(databasesEncrypted, rds, { replicateSourceDb: unknown })).toEqual([]);
    expect(judge(databasesEncrypted, rds, { replicateSourceDb: "a", storageEncrypted: false })).toHaveLength(1);
  });
});

describe("databases-backed-up", () => {
  it("asks for days of backups and a last snapshot", () => {
    expect(judge(databasesBackedUp, rds, { backupRetentionPeriod: 7 })).toEqual([]);
    expect(judge(databasesBackedUp, rds, {})).toEqual([expect.stringContaining("no stated number of days")]);
    expect(judge(databasesBackedUp, cluster, { backupRetentionPeriod: 1 })).toEqual([
      expect.stringContaining("kept for 1 days. Set backupRetentionPeriod to 7 or more"),
    ]);
    expect(judge(databasesBackedUp, cluster, { backupRetentionPeriod: 9, skipFinalSnapshot: true })).toEqual([
      expect.stringContaining("without a last snapshot"),
    ]);
  });
  it("asks for as many days as configured, and for none of a replica", () => {
    expect(judge(databasesBackedUp, rds, { backupRetentionPeriod: 14 }, { leastDays: 15 })).toHaveLength(1);
    expect(judge(databasesBackedUp, rds, { replicationSourceIdentifier: "a" })).toEqual([]);
  });
});

describe("images-by-digest", () => {
  const task = "aws:ecs/taskDefinition:TaskDefinition";
  const ecs = (...images: (string | undefined)[]) => ({
    containerDefinitions: JSON.stringify(images.map((image, index) => ({ name: `c${index}`, image }))),
  });
  const pod = (...images: string[]) => ({ containers: images.map((image, index) => ({ name: `c${index}`, image })) });
  const deployment = (...images: string[]) => ({ spec: { template: { spec: pod(...images) } } });

  it("takes images by digest, with or without a tag before it", () => {
    expect(judge(imagesByDigest, task, ecs(`shop/api@${digest}`, `registry:5000/shop:v1@${digest}`))).toEqual([]);
    expect(judge(imagesByDigest, "kubernetes:apps/v1:Deployment", deployment(`shop/api@${digest}`))).toEqual([]);
  });
  it.each([
    ["shop/api:latest", "whatever is newest"],
    ["shop/api", "whatever is newest"],
    ["registry:5000/shop/api", "whatever is newest"],
    ["shop/api:v1.2.3", "named by its tag alone"],
    ["shop/api@sha256:abc", "whatever is newest"],
    [`shop/api:v1@sha256:${"A".repeat(64)}`, "named by its tag alone"],
  ])("refuses %s in an ECS task", (image, says) => {
    expect(judge(imagesByDigest, task, ecs(`a@${digest}`, image))).toEqual([
      expect.stringMatching(new RegExp(`^c1 would start ${image.replaceAll(".", "\\.")}, which is ${says}`)),
    ]);
  });
  it("refuses a task that states no image, or definitions that are no list", () => {
    expect(judge(imagesByDigest, task, ecs(undefined))).toEqual([expect.stringContaining("c0 states no image")]);
    expect(judge(imagesByDigest, task, { containerDefinitions: "[" })).toHaveLength(1);
    expect(judge(imagesByDigest, task, { containerDefinitions: '{"image":1}' })).toHaveLength(1);
  });
  it.each([
    "kubernetes:apps/v1:Deployment",
    "kubernetes:apps/v1:StatefulSet",
    "kubernetes:apps/v1:DaemonSet",
    "kubernetes:apps/v1:DeploymentPatch",
    "kubernetes:batch/v1:Job",
  ])("judges every container of %s", (type) => {
    const spec = { ...pod("a:v1"), initContainers: [{ name: "init", image: "b:v2" }] };
    expect(judge(imagesByDigest, type, { spec: { template: { spec } } })).toEqual([
      expect.stringContaining("init would start b:v2"),
      expect.stringContaining("c0 would start a:v1"),
    ]);
  });
  it("finds the containers of a Pod and of a CronJob", () => {
    expect(judge(imagesByDigest, "kubernetes:core/v1:Pod", { spec: pod("a") })).toHaveLength(1);
    expect(
      judge(imagesByDigest, "kubernetes:batch/v1:CronJob", { spec: { jobTemplate: { spec: deployment("a").spec } } }),
    ).toHaveLength(1);
  });
  it("takes tags of repositories that are excepted, and of no other", () => {
    const except = { except: ["tools/sidecar"] };
    expect(judge(imagesByDigest, task, ecs("tools/sidecar:v1"), except)).toEqual([]);
    expect(judge(imagesByDigest, task, ecs("tools/sidecar-of-mine:v1"), except)).toHaveLength(1);
  });
  it("tells every violation before what a preview does not know", () => {
    const props = deployment("a:v1", unknown, "c:v3");
    expect(judge(imagesByDigest, "kubernetes:apps/v1:Deployment", props)).toEqual([
      expect.stringContaining("a:v1"),
      expect.stringContaining("c:v3"),
      "ADVICE",
    ]);
  });
});

describe("listeners-tls", () => {
  const listener = "aws:lb/listener:Listener";
  const modern = "ELBSecurityPolicy-TLS13-1-2-2021-06";
  const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };

  it("takes HTTPS with a policy of today, and HTTP that only sends users there", () => {
    expect(judge(listenersTls, listener, { protocol: "HTTPS", sslPolicy: modern })).toEqual([]);
    expect(judge(listenersTls, listener, { protocol: "HTTP", defaultActions: [redirect] })).toEqual([]);
  });
  it("refuses HTTP that forwards, redirects to HTTP, or also forwards", () => {
    const forward = { type: "forward", targetGroupArn: unknown };
    for (const defaultActions of [
      [forward],
      [redirect, forward],
      [{ type: "redirect", redirect: { protocol: "HTTP" } }],
      [{ type: "redirect", redirect: { protocol: "#{protocol}" } }],
      [],
    ]) {
      expect(judge(listenersTls, listener, { protocol: "HTTP", defaultActions })).toEqual([
        expect.stringContaining("would speak HTTP to users"),
      ]);
    }
    expect(judge(listenersTls, listener, {})).toEqual([expect.stringContaining("no stated protocol")]);
    expect(judge(listenersTls, listener, { protocol: "TCP" })).toHaveLength(1);
  });
  it.each([undefined, "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS-1-1-2017-01"])(
    "refuses HTTPS with %s",
    (sslPolicy) => {
      expect(
        judge(listenersTls, listener, { protocol: "HTTPS", ...(sslPolicy === undefined ? {} : { sslPolicy }) }),
      ).toEqual([expect.stringContaining("TLS older than 1.2")]);
    },
  );
  it("takes what is named as nobody's from outside", () => {
    const props = { protocol: "HTTP" };
    expect(judge(listenersTls, listener, props, { except: ["test"] }, { name: "test" })).toEqual([]);
    expect(judge(listenersTls, listener, props, { except: ["test"] }, { name: "prod" })).toHaveLength(1);
  });
  it("judges every behaviour of a distribution", () => {
    const type = "aws:cloudfront/distribution:Distribution";
    const good = { viewerProtocolPolicy: "redirect-to-https" };
    expect(judge(listenersTls, type, { defaultCacheBehavior: good })).toEqual([]);
    expect(
      judge(listenersTls, type, {
        defaultCacheBehavior: good,
        orderedCacheBehaviors: [good, { viewerProtocolPolicy: "allow-all" }],
      }),
    ).toHaveLength(1);
    expect(judge(listenersTls, type, { defaultCacheBehavior: unknown, orderedCacheBehaviors: [{}] })).toEqual([
      expect.stringContaining("not stated"),
      "ADVICE",
    ]);
  });
  it("judges Ingress and Gateway", () => {
    const ingress = "kubernetes:networking.k8s.io/v1:Ingress";
    expect(judge(listenersTls, ingress, { spec: { tls: [{ secretName: "shop" }] } })).toEqual([]);
    expect(judge(listenersTls, ingress, { spec: { rules: [] } })).toHaveLength(1);
    const gateway = "kubernetes:gateway.networking.k8s.io/v1:Gateway";
    const https = { name: "web", protocol: "HTTPS" };
    expect(judge(listenersTls, gateway, { spec: { listeners: [https] } })).toEqual([]);
    expect(judge(listenersTls, gateway, { spec: { listeners: [https, { name: "plain", protocol: "HTTP" }] } })).toEqual(
      [expect.stringContaining("Its listener plain would speak HTTP")],
    );
  });
});

describe("weights-sum", () => {
  const traffic = "greenlight:local:Traffic";
  it.each([
    [100, 0],
    [0, 100],
    [95, 5],
  ])("takes blue %i and green %i", (blue, green) => {
    expect(judge(weightsSum, traffic, { weights: { blue, green } })).toEqual([]);
  });
  it.each([
    [{ blue: 50, green: 40 }, "sum to 90"],
    [{ blue: 110, green: -10 }, "hold 110"],
    [{ blue: 99.5, green: 0.5 }, "hold 99.5"],
    [{ blue: 100 }, "not all stated"],
    [{ blue: "100", green: 0 }, "hold 100"],
    [undefined, "not all stated"],
  ])("refuses %o", (weights, says) => {
    expect(judge(weightsSum, traffic, { weights })).toEqual([expect.stringContaining(says)]);
  });

  const groups = (...weights: (number | string | undefined)[]) => ({
    type: "forward",
    forward: { targetGroups: weights.map((weight) => ({ arn: unknown, ...(weight === undefined ? {} : { weight }) })) },
  });
  it("judges the target groups of a load balancer's rules, not their addresses", () => {
    const rule = "aws:lb/listenerRule:ListenerRule";
    expect(judge(weightsSum, rule, { actions: [groups(90, 10)] })).toEqual([]);
    expect(judge(weightsSum, rule, { actions: [{ type: "forward", targetGroupArn: unknown }] })).toEqual([]);
    expect(judge(weightsSum, rule, { actions: [groups(undefined)] })).toEqual([]);
    expect(judge(weightsSum, rule, { actions: [groups(1, 1)] })).toEqual([
      expect.stringContaining("are 1, 1 and sum to 2"),
    ]);
    expect(judge(weightsSum, rule, { actions: [groups(100, undefined)] })).toEqual([
      expect.stringContaining("not all stated"),
    ]);
    expect(judge(weightsSum, "aws:lb/listener:Listener", { defaultActions: [groups(100, 100)] })).toHaveLength(1);
  });
  it("judges the backends of routes, each rule by itself", () => {
    const route = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute";
    const rule = (...weights: number[]) => ({ backendRefs: weights.map((weight) => ({ name: "a", weight })) });
    expect(judge(weightsSum, route, { spec: { rules: [rule(100, 0), rule(1)] } })).toEqual([]);
    expect(judge(weightsSum, route, { spec: { rules: [rule(100, 0), rule(50, 49)] } })).toEqual([
      expect.stringContaining("the backends of rule 2 are 50, 49 and sum to 99"),
    ]);
  });
  it("tells every violation before what a preview does not know", () => {
    const rule = "aws:lb/listenerRule:ListenerRule";
    expect(judge(weightsSum, rule, { actions: [groups(unknown, 5), groups(1, 1)] })).toEqual([
      expect.stringContaining("sum to 2"),
      "ADVICE",
    ]);
  });
});

describe("snapshots-protected", () => {
  it.each([
    "aws:rds/snapshot:Snapshot",
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot",
  ])("asks %s for protection", (type) => {
    expect(judge(snapshotsProtected, type, {}, {}, { protect: true })).toEqual([]);
    expect(judge(snapshotsProtected, type, {})).toEqual([expect.stringContaining("protect: true")]);
  });
});

describe("alarms-present", () => {
  const group = resource("aws:lb/targetGroup:TargetGroup", {}, { name: "blue" });
  const foreign = resource("aws:lb/targetGroup:TargetGroup", {}, { name: "other" });
  const service = resource("aws:ecs/service:Service", { name: unknown }, { name: "api", dependencies: [group] });
  const alarm = (metricName: string, on = group, more: object = {}) =>
    resource(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { metricName, dimensions: unknown, ...more },
      { dependencies: [on] },
    );
  const errors = alarm("HTTPCode_Target_5XX_Count");
  const slow = alarm("TargetResponseTime");

  it("takes a service whose target group has an alarm for errors and one for response times", () => {
    expect(judgeStack(alarmsPresent, [group, service, errors, slow])).toEqual([]);
  });
  it("takes an alarm by an expression over such a metric", () => {
    const { metricName: _, ...props } = {
      metricName: "",
      metricQueries: [
        { expression: "a / b" },
        { metric: { metricName: "HTTPCode_Target_5XX_Count", dimensions: unknown } },
      ],
    };
    const rate = resource("aws:cloudwatch/metricAlarm:MetricAlarm", props, { dependencies: [group] });
    expect(judgeStack(alarmsPresent, [group, service, rate, slow])).toEqual([]);
  });
  it("refuses a service without, with an alarm of another service, or with one that is off", () => {
    expect(judgeStack(alarmsPresent, [group, service])).toEqual([
      expect.stringContaining("errors and response times of api"),
    ]);
    expect(judgeStack(alarmsPresent, [group, service, slow])).toEqual([
      expect.stringContaining("for the errors of api"),
    ]);
    expect(
      judgeStack(alarmsPresent, [group, foreign, service, slow, alarm("HTTPCode_Target_5XX_Count", foreign)]),
    ).toHaveLength(1);
    expect(
      judgeStack(alarmsPresent, [
        group,
        service,
        slow,
        alarm("HTTPCode_Target_5XX_Count", group, { actionsEnabled: false }),
      ]),
    ).toHaveLength(1);
    expect(judgeStack(alarmsPresent, [resource("aws:ecs/service:Service", {}, { name: "worker" })])).toHaveLength(1);
  });
  it("takes other metrics, and services that are watched elsewhere, where that is configured", () => {
    const own = alarm("Failures");
    expect(judgeStack(alarmsPresent, [group, service, own, slow], { errorMetrics: ["Failures"] })).toEqual([]);
    expect(judgeStack(alarmsPresent, [group, service], { except: ["api"] })).toEqual([]);
  });
});
