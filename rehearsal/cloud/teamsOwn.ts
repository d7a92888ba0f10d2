import {
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { IAMClient, UploadServerCertificateCommand } from "@aws-sdk/client-iam";
import { CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import type { CloudFacts } from "./cloudProject.ts";

/** Known to the simulated AWS alone. */
export const credentials = { accessKeyId: "AKIAREHEARSAL", secretAccessKey: "known to the simulated AWS alone" };

/** Makes in a simulated AWS what a team brings along: a network, a certificate, a database with its security group. */
export async function makeTeamsOwn(client: {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: typeof credentials;
}): Promise<Omit<CloudFacts, "ports">> {
  const ec2 = new EC2Client(client);
  const { Vpcs: [network] = [] } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: "isDefault", Values: ["true"] }] }),
  );
  const vpc = network?.VpcId ?? "";
  const { Subnets: found = [] } = await ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: "vpc-id", Values: [vpc] }] }),
  );
  const body = "-----BEGIN CERTIFICATE-----\nof the rehearsal\n-----END CERTIFICATE-----";
  const { ServerCertificateMetadata: certificate } = await new IAMClient(client).send(
    new UploadServerCertificateCommand({ ServerCertificateName: "shop", CertificateBody: body, PrivateKey: body }),
  );
  const { GroupId: securityGroup = "" } = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: "database", Description: "The team's own", VpcId: vpc }),
  );
  const database = "shop-production";
  await new RDSClient(client).send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: database,
      DBInstanceClass: "db.t4g.micro",
      Engine: "postgres",
      MasterUsername: "shop",
      MasterUserPassword: "of the rehearsal",
      AllocatedStorage: 20,
    }),
  );
  return {
    vpc,
    subnets: found.flatMap(({ SubnetId }) => SubnetId ?? []).slice(0, 2),
    certificate: certificate?.Arn ?? "",
    database,
    securityGroup,
  };
}
