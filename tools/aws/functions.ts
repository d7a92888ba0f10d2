import type { Functions } from "./plugin/standIn.ts";

const listener = async () => (await import("./functions/loadBalancing.ts")).getListener;
const loadBalancer = async () => (await import("./functions/loadBalancing.ts")).getLoadBalancer;

/** The functions of the package that the stand-in answers, by their official tokens. */
export const functions: Functions = {
  "aws:index/getCallerIdentity:getCallerIdentity": async () =>
    (await import("./functions/identity.ts")).getCallerIdentity,
  "aws:index/getRegion:getRegion": async () => (await import("./functions/identity.ts")).getRegion,
  "aws:index/getAvailabilityZones:getAvailabilityZones": async () =>
    (await import("./functions/network.ts")).getAvailabilityZones,
  "aws:ec2/getSubnet:getSubnet": async () => (await import("./functions/network.ts")).getSubnet,
  "aws:ec2/getSubnets:getSubnets": async () => (await import("./functions/network.ts")).getSubnets,
  "aws:ec2/getVpc:getVpc": async () => (await import("./functions/network.ts")).getVpc,
  "aws:ec2/getVpcs:getVpcs": async () => (await import("./functions/network.ts")).getVpcs,
  "aws:lb/getListener:getListener": listener,
  "aws:lb/getLoadBalancer:getLoadBalancer": loadBalancer,
  "aws:rds/getCluster:getCluster": async () => (await import("./functions/databases.ts")).getCluster,
  "aws:rds/getInstance:getInstance": async () => (await import("./functions/databases.ts")).getInstance,
};
