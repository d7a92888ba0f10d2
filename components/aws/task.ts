import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { containerDefinitions } from "./container.ts";
import { type DatabaseAccess, databaseEnv, databaseSecrets } from "./databaseAccess.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";
import { executionPolicy, ownSecretPolicy, taskTrust } from "./taskPolicies.ts";
import { logGroupOf } from "./watching.ts";

export interface TaskArgs {
  stack: string;
  account: string;
  region: string;
  environment: EnvironmentName;
  /** The service's name, which is the container's; or what a one-off task does. */
  role: string;
  /** With its digest. */
  image: string;
  port: number;
  env: Record<string, string>;
  /** ARN of a secret by variable; ECS reads them when a task starts. */
  secrets: Record<string, string>;
  /** Units; 1024 is one processor. */
  cpu: number;
  /** MiB. */
  memory: number;
  architecture: "X86_64" | "ARM64";
  /** Seconds that a stopping task may finish its requests. */
  stopSeconds: number;
  /** Days. */
  keepLogs: number;
  /** The database that it is told of. */
  database?: DatabaseAccess;
  /** ARN of the role of what runs in it. Left out, a role that may do nothing but read the secret of `database`. */
  taskRole?: string;
}

/** What a task is started from: its definition, its log, and the least rights that ECS and the task itself need. */
export class Task extends pulumi.ComponentResource {
  readonly definition: pulumi.Output<string>;
  readonly logGroup: string;

  constructor(name: string, args: TaskArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Task", name, { environment: args.environment, role: args.role, image: args.image }, opts);
    const { stack, account, region, environment, role } = args;
    const own = { parent: this };
    this.logGroup = logGroupOf(stack, environment, role);
    const log = new AwsResource(
      "aws:cloudwatch/logGroup:LogGroup",
      `${name}-log`,
      { name: this.logGroup, retentionInDays: args.keepLogs },
      own,
    );
    const trust = JSON.stringify(taskTrust(account));
    const execution = new AwsResource(
      "aws:iam/role:Role",
      `${name}-execution`,
      {
        name: physicalName("role", stack, environment, role, "start"),
        description: `Starts tasks of ${role} in ${environment}`,
        assumeRolePolicy: trust,
      },
      own,
      ["arn", "name"],
    );
    const { database } = args;
    const env = pulumi.output({ ...args.env, ...(database === undefined ? {} : databaseEnv(database)) });
    const secrets = pulumi.output({ ...args.secrets, ...(database === undefined ? {} : databaseSecrets(database)) });
    const rights = new AwsResource(
      "aws:iam/rolePolicy:RolePolicy",
      `${name}-execution`,
      {
        name: "start-tasks",
        role: execution.out("name"),
        policy: secrets.apply((all) =>
          JSON.stringify(
            executionPolicy({
              account,
              region,
              image: args.image,
              logGroup: this.logGroup,
              secrets: Object.values(all),
            }),
          ),
        ),
      },
      own,
    );
    const run = args.taskRole === undefined ? this.#role(name, args, trust) : { arn: args.taskRole, rights: [] };
    const definition = new AwsResource(
      "aws:ecs/taskDefinition:TaskDefinition",
      name,
      {
        family: physicalName("family", stack, environment, role),
        cpu: String(args.cpu),
        memory: String(args.memory),
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        runtimePlatform: { cpuArchitecture: args.architecture, operatingSystemFamily: "LINUX" },
        executionRoleArn: execution.out("arn"),
        taskRoleArn: run.arn,
        containerDefinitions: pulumi
          .all([env, secrets])
          .apply(([env, secrets]) =>
            containerDefinitions({ ...args, name: role, logGroup: this.logGroup, env, secrets }),
          ),
      },
      { ...own, dependsOn: [log, rights, ...run.rights] },
      ["arn"],
    );
    this.definition = definition.out("arn");
    this.registerOutputs({ definition: this.definition });
  }

  /** The role of what runs in it: it reads the database's secret anew, where it has one, and may do nothing else. */
  #role(name: string, { stack, environment, role, database }: TaskArgs, trust: string) {
    const may = database === undefined ? "nothing" : "read the secret of its database";
    const made = new AwsResource(
      "aws:iam/role:Role",
      `${name}-task`,
      {
        name: physicalName("role", stack, environment, role, "run"),
        description: `What ${role} in ${environment} may do: ${may}`,
        assumeRolePolicy: trust,
      },
      { parent: this },
      ["arn", "name"],
    );
    const arn = made.out("arn");
    if (database === undefined) return { arn, rights: [] };
    const reads = new AwsResource(
      "aws:iam/rolePolicy:RolePolicy",
      `${name}-task`,
      {
        name: "read-database-secret",
        role: made.out("name"),
        policy: pulumi.output(database.secret).apply((secret) => JSON.stringify(ownSecretPolicy(secret))),
      },
      { parent: this },
    );
    return { arn, rights: [reads] };
  }
}
