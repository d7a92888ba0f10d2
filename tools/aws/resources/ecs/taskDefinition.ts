import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { canonical, containersFrom } from "./containers.ts";
import { bag, list, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  family: z.string().regex(/^[\w-]{1,255}$/, "family must be up to 255 letters, digits, hyphens and underscores"),
  containerDefinitions: z.string().superRefine((text, context) => {
    const problem = containersFrom(text).problem;
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  networkMode: z.enum(["bridge", "host", "awsvpc", "none"]).optional(),
  requiresCompatibilities: z.array(z.enum(["EC2", "FARGATE", "EXTERNAL"])).optional(),
  executionRoleArn: z.string().optional(),
  taskRoleArn: z.string().optional(),
  runtimePlatform: z
    .strictObject({
      cpuArchitecture: z.enum(["X86_64", "ARM64"]).optional(),
      operatingSystemFamily: z.enum(["LINUX"]).optional(),
    })
    .optional(),
  ephemeralStorage: z.strictObject({ sizeInGib: z.number().int().min(21).max(200) }).optional(),
  volumes: z.array(z.strictObject({ name: z.string() })).optional(),
  skipDestroy: z.boolean().default(false),
  trackLatest: z.boolean().default(false),
});

export const taskDefinition = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: [
    ...(["family", "containerDefinitions", "cpu", "memory", "networkMode", "requiresCompatibilities"] as const),
    ...(["executionRoleArn", "taskRoleArn", "runtimePlatform", "ephemeralStorage", "volumes"] as const),
  ],
  computed: ["networkMode"],
  untold: ["skipDestroy", "trackLatest"],
  same: (property, state, wanted) =>
    property === "containerDefinitions" && canonical(String(state)) === canonical(String(wanted)),
  tag: async (step, _id, put, remove, state) => tagArn(step, String(state.arn), put, remove),
  async create({ aws, tags }, { containerDefinitions, skipDestroy: _s, trackLatest: _t, ephemeralStorage, ...rest }) {
    await aws.client(ECSClient).send(
      new RegisterTaskDefinitionCommand({
        ...rest,
        containerDefinitions: containersFrom(containerDefinitions).containers ?? [],
        ...(ephemeralStorage === undefined ? {} : { ephemeralStorage: { sizeInGiB: ephemeralStorage.sizeInGib } }),
        ...(Object.keys(tags).length > 0 ? { tags: list(tags) } : {}),
      }),
    );
    return rest.family;
  },
  async read({ aws }, id, state) {
    const arn = typeof state.arn === "string" ? state.arn : id;
    const answer = await orGone(
      aws.client(ECSClient).send(new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] })),
      "ClientException",
    );
    const found = answer?.taskDefinition;
    if (found === undefined || found.status === "INACTIVE") return undefined;
    return {
      arn: found.taskDefinitionArn,
      arnWithoutRevision: found.taskDefinitionArn?.replace(/:\d+$/, ""),
      revision: found.revision,
      family: found.family,
      containerDefinitions: JSON.stringify(found.containerDefinitions),
      cpu: found.cpu,
      memory: found.memory,
      networkMode: found.networkMode,
      requiresCompatibilities: found.requiresCompatibilities,
      executionRoleArn: found.executionRoleArn,
      taskRoleArn: found.taskRoleArn,
      runtimePlatform: found.runtimePlatform,
      ephemeralStorage:
        found.ephemeralStorage === undefined ? undefined : { sizeInGib: found.ephemeralStorage.sizeInGiB },
      volumes: found.volumes?.map(({ name }) => ({ name })),
      tagsAll: bag(answer?.tags),
    };
  },
  // Only what is not told to AWS at all changes in place.
  async update() {},
  async delete({ aws }, id, state) {
    if (state.skipDestroy === true) return;
    await orGone(
      aws.client(ECSClient).send(new DeregisterTaskDefinitionCommand({ taskDefinition: String(state.arn ?? id) })),
      "ClientException",
    );
  },
});
