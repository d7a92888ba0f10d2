import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { z } from "zod";
import type { AwsFunction } from "../plugin/standIn.ts";
import { tagBag } from "../resources/tags.ts";

const instanceArguments = z.strictObject({ dbInstanceIdentifier: z.string() });
const clusterArguments = z.strictObject({ clusterIdentifier: z.string() });

export const getInstance: AwsFunction = async (aws, given) => {
  const { dbInstanceIdentifier: name } = instanceArguments.parse(given);
  const { DBInstances: all } = await aws
    .client(RDSClient)
    .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name }));
  const found = all?.[0];
  if (found === undefined) throw new Error(`There is no RDS instance ${name}.`);
  return {
    id: name,
    dbInstanceIdentifier: name,
    dbInstanceArn: found.DBInstanceArn,
    dbInstanceClass: found.DBInstanceClass,
    dbName: found.DBName,
    engine: found.Engine,
    engineVersion: found.EngineVersion,
    address: found.Endpoint?.Address,
    port: found.Endpoint?.Port,
    endpoint: `${found.Endpoint?.Address}:${found.Endpoint?.Port}`,
    multiAz: found.MultiAZ,
    storageEncrypted: found.StorageEncrypted,
    backupRetentionPeriod: found.BackupRetentionPeriod,
    allocatedStorage: found.AllocatedStorage,
    vpcSecurityGroups: found.VpcSecurityGroups?.map((group) => group.VpcSecurityGroupId),
    tags: tagBag(found.TagList),
    region: aws.region,
  };
};

export const getCluster: AwsFunction = async (aws, given) => {
  const { clusterIdentifier: name } = clusterArguments.parse(given);
  const { DBClusters: all } = await aws
    .client(RDSClient)
    .send(new DescribeDBClustersCommand({ DBClusterIdentifier: name }));
  const found = all?.[0];
  if (found === undefined) throw new Error(`There is no Aurora cluster ${name}.`);
  return {
    id: name,
    clusterIdentifier: name,
    arn: found.DBClusterArn,
    engine: found.Engine,
    engineVersion: found.EngineVersion,
    endpoint: found.Endpoint,
    readerEndpoint: found.ReaderEndpoint,
    port: found.Port,
    databaseName: found.DatabaseName,
    storageEncrypted: found.StorageEncrypted,
    backupRetentionPeriod: found.BackupRetentionPeriod,
    vpcSecurityGroupIds: found.VpcSecurityGroups?.map((group) => group.VpcSecurityGroupId),
    tags: tagBag(found.TagList),
    region: aws.region,
  };
};
