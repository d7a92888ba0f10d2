import {
  CreateDBParameterGroupCommand,
  DeleteDBParameterGroupCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBParametersCommand,
  ModifyDBParameterGroupCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { tagList } from "../tags.ts";
import { tagArn, tagsOfArn } from "./tagArn.ts";

const parameter = z.strictObject({
  name: z.string(),
  value: z.string(),
  applyMethod: z.enum(["immediate", "pending-reboot"]).default("immediate"),
});
const inputs = z.strictObject({
  name: z
    .string()
    .regex(
      /^[a-z](?!.*--)[a-z0-9-]{0,254}(?<!-)$/,
      "must be small letters, digits and single hyphens, beginning with a letter",
    ),
  family: z.string(),
  description: z.string().default("Managed by Pulumi"),
  parameters: z.array(parameter).max(20, "the stand-in sends at most 20 parameters").optional(),
});
type Inputs = z.infer<typeof inputs>;
const gone = ["DBParameterGroupNotFoundFault", "DBParameterGroupNotFound"];

export const parameterGroup = kind<Inputs>({
  inputs,
  replaceOn: ["name", "family", "description"],
  autoName: { property: "name", longest: 255 },
  tag: async (step, _id, put, remove, state) => await tagArn(step, String(state.arn), put, remove),
  async create(step, { name, family, description, parameters = [] }) {
    const asked = { DBParameterGroupName: name, DBParameterGroupFamily: family, Description: description };
    const request = new CreateDBParameterGroupCommand({ ...asked, Tags: tagList(step.tags) });
    await step.aws.client(RDSClient).send(request);
    await set(step, name, parameters);
    return name;
  },
  async read(step, id) {
    const rds = step.aws.client(RDSClient);
    const request = new DescribeDBParameterGroupsCommand({ DBParameterGroupName: id });
    const found = (await orGone(rds.send(request), ...gone))?.DBParameterGroups?.[0];
    if (found === undefined) return undefined;
    const own = new DescribeDBParametersCommand({ DBParameterGroupName: id, Source: "user" });
    const { Parameters: parameters = [] } = await rds.send(own);
    return {
      arn: found.DBParameterGroupArn,
      name: found.DBParameterGroupName,
      family: found.DBParameterGroupFamily,
      description: found.Description,
      parameters: parameters.map((it) => ({
        name: it.ParameterName,
        value: it.ParameterValue,
        applyMethod: it.ApplyMethod,
      })),
      tagsAll: await tagsOfArn(step, found.DBParameterGroupArn),
    };
  },
  async update(step, id, { parameters = [] }, state) {
    const before = z.array(parameter).parse(state.parameters ?? []);
    const left = before.filter(({ name }) => !parameters.some((it) => it.name === name));
    if (left.length > 0) {
      throw new Error(
        `The stand-in takes no parameter of ${id} back to its default: ${left.map(({ name }) => name).join(", ")}.`,
      );
    }
    await set(step, id, parameters);
  },
  async delete({ aws }, id) {
    const request = new DeleteDBParameterGroupCommand({ DBParameterGroupName: id });
    await orGone(aws.client(RDSClient).send(request), ...gone);
  },
});

async function set({ aws }: Step, group: string, parameters: NonNullable<Inputs["parameters"]>): Promise<void> {
  if (parameters.length === 0) return;
  const Parameters = parameters.map(({ name, value, applyMethod }) => ({
    ParameterName: name,
    ParameterValue: value,
    ApplyMethod: applyMethod,
  }));
  await aws.client(RDSClient).send(new ModifyDBParameterGroupCommand({ DBParameterGroupName: group, Parameters }));
}
