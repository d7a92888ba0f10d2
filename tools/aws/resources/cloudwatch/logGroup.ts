import {
  AssociateKmsKeyCommand,
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
  ListTagsLogGroupCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
  UntagLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const days = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const inputs = z.strictObject({
  name: z.string().min(1).max(512).optional(),
  retentionInDays: z
    .number()
    .refine((value) => days.includes(value), `retentionInDays must be one of ${days.join(", ")}`)
    .default(0),
  kmsKeyId: z.string().optional(),
  logGroupClass: z.enum(["STANDARD", "INFREQUENT_ACCESS"]).optional(),
  skipDestroy: z.boolean().default(false),
});

export const logGroup = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["name", "logGroupClass"],
  computed: ["logGroupClass"],
  untold: ["skipDestroy"],
  autoName: { property: "name", longest: 512 },
  async tag({ aws }, id, put, remove) {
    const logs = aws.client(CloudWatchLogsClient);
    if (remove.length > 0) await logs.send(new UntagLogGroupCommand({ logGroupName: id, tags: [...remove] }));
    if (Object.keys(put).length > 0) await logs.send(new TagLogGroupCommand({ logGroupName: id, tags: put }));
  },
  async create({ aws, tags }, { name = "", kmsKeyId, logGroupClass }) {
    const some = Object.keys(tags).length === 0 ? {} : { tags };
    const request = new CreateLogGroupCommand({ logGroupName: name, kmsKeyId, logGroupClass, ...some });
    await aws.client(CloudWatchLogsClient).send(request);
    return name;
  },
  async settle({ aws }, id, { retentionInDays }) {
    const logs = aws.client(CloudWatchLogsClient);
    if (retentionInDays > 0) await logs.send(new PutRetentionPolicyCommand({ logGroupName: id, retentionInDays }));
    else await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: id }));
  },
  async read({ aws }, id) {
    const logs = aws.client(CloudWatchLogsClient);
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: id }));
    const found = logGroups?.find(({ logGroupName }) => logGroupName === id);
    if (found === undefined) return undefined;
    const { tags } = await logs.send(new ListTagsLogGroupCommand({ logGroupName: id }));
    return {
      arn: found.arn?.replace(/:\*$/, ""),
      name: id,
      retentionInDays: found.retentionInDays ?? 0,
      kmsKeyId: found.kmsKeyId,
      logGroupClass: found.logGroupClass ?? "STANDARD",
      tagsAll: tags,
    };
  },
  async update({ aws }, id, { kmsKeyId }, _state, changed) {
    if (!changed.has("kmsKeyId")) return;
    const logs = aws.client(CloudWatchLogsClient);
    if (kmsKeyId === undefined) await logs.send(new DisassociateKmsKeyCommand({ logGroupName: id }));
    else await logs.send(new AssociateKmsKeyCommand({ logGroupName: id, kmsKeyId }));
  },
  async delete({ aws }, id, state) {
    if (state.skipDestroy === true) return;
    const request = new DeleteLogGroupCommand({ logGroupName: id });
    await orGone(aws.client(CloudWatchLogsClient).send(request), "ResourceNotFoundException");
  },
});
