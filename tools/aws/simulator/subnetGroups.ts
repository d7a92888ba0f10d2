import {
  CreateDBSubnetGroupCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import type { Answer } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

/** Subnet groups of databases that are changed as RDS changes them: moto forgets the group. */
export class SubnetGroups {
  readonly #inner: Inner;

  constructor(inner: Inner) {
    this.#inner = inner;
  }

  async answer(request: ApiRequest): Promise<Answer | undefined> {
    if (request.action !== "ModifyDBSubnetGroup") return undefined;
    const rds = this.#inner.client(RDSClient, request.region);
    const DBSubnetGroupName = String(request.parameters.DBSubnetGroupName);
    const { DBSubnetGroups: [before] = [] } = await rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName }));
    const { TagList: Tags = [] } = await rds.send(
      new ListTagsForResourceCommand({ ResourceName: before?.DBSubnetGroupArn }),
    );
    const answer = await this.#inner.forward(request);
    if (answer.status !== 200) return answer;
    const { parameters } = request;
    const SubnetIds = Object.entries(parameters)
      .filter(([name]) => name.startsWith("SubnetIds."))
      .map(([, id]) => String(id));
    const described = parameters.DBSubnetGroupDescription ?? before?.DBSubnetGroupDescription;
    const again = { DBSubnetGroupName, DBSubnetGroupDescription: String(described), SubnetIds, Tags };
    await rds.send(new CreateDBSubnetGroupCommand(again));
    return answer;
  }
}
