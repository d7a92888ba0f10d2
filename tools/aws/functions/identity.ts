import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsFunction } from "../plugin/standIn.ts";

export const getRegion: AwsFunction = async (aws) => ({
  id: aws.region,
  region: aws.region,
  name: aws.region,
  description: aws.region,
  endpoint: `ec2.${aws.region}.amazonaws.com`,
});

export const getCallerIdentity: AwsFunction = async (aws) => {
  const {
    Account: accountId,
    Arn: arn,
    UserId: userId,
  } = await aws.client(STSClient).send(new GetCallerIdentityCommand({}));
  return { id: accountId, accountId, arn, userId };
};
