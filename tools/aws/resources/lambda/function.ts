import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  type Runtime,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import { archiveSchema, sameContent, zipOf } from "../../plugin/assets.ts";
import type { Connection } from "../../plugin/connection.ts";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,64}$/, "name must be up to 64 letters, digits, hyphens and underscores")
    .optional(),
  role: z.string(),
  code: archiveSchema,
  handler: z.string(),
  runtime: z.string(),
  description: z.string().max(256).optional(),
  memorySize: z.number().int().min(128).max(10240).default(128),
  timeout: z.number().int().min(1).max(900).default(3),
  architectures: z.array(z.enum(["x86_64", "arm64"])).optional(),
  environment: z.strictObject({ variables: z.record(z.string(), z.string()).optional() }).optional(),
  reservedConcurrentExecutions: z.number().int().min(-1).default(-1),
  kmsKeyArn: z.string().optional(),
  sourceCodeHash: z.string().optional(),
  packageType: z.enum(["Zip"]).default("Zip"),
  publish: z.boolean().default(false),
  skipDestroy: z.boolean().default(false),
});
type Inputs = z.infer<typeof inputs>;

export const lambdaFunction = kind<Inputs>({
  inputs,
  replaceOn: ["name", "packageType"],
  computed: ["architectures", "sourceCodeHash"],
  untold: ["code", "publish", "skipDestroy", "sourceCodeHash"],
  autoName: { property: "name", longest: 64 },
  same: (property, state, wanted) => property === "code" && sameContent(state, wanted),
  async tag({ aws }, _id, put, remove, state) {
    const lambda = aws.client(LambdaClient);
    const at = { Resource: String(state.arn) };
    if (remove.length > 0) await lambda.send(new UntagResourceCommand({ ...at, TagKeys: [...remove] }));
    if (Object.keys(put).length > 0) await lambda.send(new TagResourceCommand({ ...at, Tags: put }));
  },
  async create({ aws, tags }, news) {
    const { FunctionName: name = "" } = await aws.client(LambdaClient).send(
      new CreateFunctionCommand({
        FunctionName: news.name,
        ...configuration(news),
        PackageType: news.packageType,
        Architectures: news.architectures,
        Publish: news.publish,
        Code: { ZipFile: await zipOf(news.code) },
        Tags: tags,
      }),
    );
    return name;
  },
  async settle({ aws, timeoutMs }, id, { reservedConcurrentExecutions: reserved }) {
    const lambda = aws.client(LambdaClient);
    await ready(aws, id, timeoutMs);
    const request = { FunctionName: id };
    if (reserved >= 0)
      await lambda.send(new PutFunctionConcurrencyCommand({ ...request, ReservedConcurrentExecutions: reserved }));
    else await lambda.send(new DeleteFunctionConcurrencyCommand(request));
  },
  async read({ aws }, id) {
    const request = new GetFunctionCommand({ FunctionName: id });
    const answer = await orGone(aws.client(LambdaClient).send(request), "ResourceNotFoundException");
    const found = answer?.Configuration;
    if (found === undefined) return undefined;
    const version = found.Version === "$LATEST" || found.Version === undefined ? "$LATEST" : found.Version;
    const arn = found.FunctionArn?.replace(/:(\$LATEST|\d+)$/, "");
    return {
      arn,
      qualifiedArn: `${arn}:${version}`,
      invokeArn: `arn:aws:apigateway:${aws.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
      version,
      lastModified: found.LastModified,
      codeSha256: found.CodeSha256,
      sourceCodeSize: found.CodeSize,
      name: found.FunctionName,
      role: found.Role,
      handler: found.Handler,
      runtime: found.Runtime,
      description: found.Description,
      memorySize: found.MemorySize,
      timeout: found.Timeout,
      architectures: found.Architectures,
      environment: found.Environment === undefined ? undefined : { variables: found.Environment.Variables },
      kmsKeyArn: found.KMSKeyArn,
      packageType: found.PackageType,
      reservedConcurrentExecutions: answer?.Concurrency?.ReservedConcurrentExecutions ?? -1,
      tagsAll: answer?.Tags ?? {},
    };
  },
  async update({ aws, timeoutMs }, id, news, _state, changed) {
    const lambda = aws.client(LambdaClient);
    const at = { FunctionName: id };
    const configured = [
      "role",
      "handler",
      "runtime",
      "description",
      "memorySize",
      "timeout",
      "environment",
      "kmsKeyArn",
    ];
    if (configured.some((property) => changed.has(property))) {
      await lambda.send(new UpdateFunctionConfigurationCommand({ ...at, ...configuration(news) }));
      await ready(aws, id, timeoutMs);
    }
    if (changed.has("code") || changed.has("architectures") || changed.has("sourceCodeHash")) {
      const code = { ZipFile: await zipOf(news.code), Architectures: news.architectures, Publish: news.publish };
      await lambda.send(new UpdateFunctionCodeCommand({ ...at, ...code }));
    }
  },
  async delete({ aws }, id, state) {
    if (state.skipDestroy === true) return;
    const request = new DeleteFunctionCommand({ FunctionName: id });
    await orGone(aws.client(LambdaClient).send(request), "ResourceNotFoundException");
  },
});

function configuration(news: Inputs) {
  return {
    Role: news.role,
    Handler: news.handler,
    Runtime: news.runtime as Runtime,
    Description: news.description ?? "",
    MemorySize: news.memorySize,
    Timeout: news.timeout,
    Environment: { Variables: news.environment?.variables ?? {} },
    KMSKeyArn: news.kmsKeyArn,
  };
}

/** A function takes a change only when the one before it is through. */
async function ready(aws: Connection, name: string, timeoutMs = 10 * 60_000): Promise<void> {
  await aws.until(`the function ${name} to be active`, timeoutMs, async (see) => {
    const { Configuration: it } = await aws.client(LambdaClient).send(new GetFunctionCommand({ FunctionName: name }));
    if (it?.State === "Failed" || it?.LastUpdateStatus === "Failed") {
      throw new Error(
        `The function ${name} failed: ${it.StateReason ?? it.LastUpdateStatusReason ?? "no reason given"}.`,
      );
    }
    see(`${it?.State}, last change ${it?.LastUpdateStatus}`);
    return it?.State !== "Pending" && it?.LastUpdateStatus !== "InProgress" ? true : undefined;
  });
}
