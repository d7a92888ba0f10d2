import type { EnvironmentName } from "../../release/environment.ts";
import * as pulumi from "../pulumi.ts";
import { containerDefinitions } from "./container.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";
import { executionPolicy, taskTrust } from "./taskPolicies.ts";
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
  /** ARN of the role of what runs in it. Left out, a role that may do nothing. */
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
    const rights = new AwsResource(
      "aws:iam/rolePolicy:RolePolicy",
      `${name}-execution`,
      {
        name: "start-tasks",
        role: execution.out("name"),
        policy: JSON.stringify(
          executionPolicy({
            account,
            region,
            image: args.image,
            logGroup: this.logGroup,
            secrets: Object.values(args.secrets),
          }),
        ),
      },
      own,
    );
    const taskRole =
      args.taskRole ??
      new AwsResource(
        "aws:iam/role:Role",
        `${name}-task`,
        {
          name: physicalName("role", stack, environment, role, "run"),
          description: `What ${role} in ${environment} may do: nothing`,
          assumeRolePolicy: trust,
        },
        own,
        ["arn"],
      ).out("arn");
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
        taskRoleArn: taskRole,
        containerDefinitions: containerDefinitions({ ...args, name: role, logGroup: this.logGroup }),
      },
      { ...own, dependsOn: [log, rights] },
      ["arn"],
    );
    this.definition = definition.out("arn");
    this.registerOutputs({ definition: this.definition });
  }
}
