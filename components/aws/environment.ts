import type { ScalingSettings } from "../../project/scalingSettings.ts";
import type { EnvironmentName } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import { smokeVariables } from "../../release/serviceVariables.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { digestOf } from "./container.ts";
import type { DatabaseAccess } from "./databaseAccess.ts";
import { physicalName } from "./physicalName.ts";
import { AwsResource } from "./resource.ts";
import { Task } from "./task.ts";

/** One service of an environment, as it is started. */
export interface EnvironmentServiceArgs {
  /** With its digest. */
  image: string;
  port: number;
  env: Record<string, string>;
  /** ARN of a secret by variable. */
  secrets: Record<string, string>;
  /** The database of the stack's own, where the service asks for it. */
  database?: DatabaseAccess;
  /** Tasks; the least when there is `scaling`. None in an environment that is stopped. */
  tasks: number;
  /** Tasks by load: at the most so many, aiming at so much use of CPU in percent. */
  scaling?: ScalingSettings;
  cpu: number;
  memory: number;
  architecture: "X86_64" | "ARM64";
  taskRole?: string;
  /** Seconds that a stopping task may finish its requests. */
  drainSeconds: number;
  /** Seconds that a starting task may take until its health counts. */
  startSeconds: number;
}

export interface EnvironmentArgs {
  stack: string;
  account: string;
  region: string;
  environment: EnvironmentName;
  version: string;
  /** ARN. */
  cluster: pulumi.Input<string>;
  /** Name of the cluster in names of scaling targets. */
  clusterName: pulumi.Input<string>;
  subnets: pulumi.Input<string>[];
  securityGroup: pulumi.Input<string>;
  /** By service name. */
  services: Record<string, EnvironmentServiceArgs>;
  /** ARN of each service's target group. */
  targetGroups: Record<string, pulumi.Input<string>>;
  /** Address of each service on the environment's own listener. */
  addresses: Record<string, string>;
  /** It runs no task: nothing is asked of it but that, and it has no proof for a switch. */
  stopped?: boolean;
  /** Days. */
  keepLogs: number;
  gates: { successes: number; intervalMs: number; deadlineMs: number };
  smoke: { command: string[]; directory: string; env: Record<string, string>; timeoutMs: number; logFile: string };
}

/** One side of a blue/green pair: its services, then the reading of what runs, then the health of its targets, then its smoke test. */
export class Environment extends pulumi.ComponentResource {
  /** What the gates passed; the switch asks for them. */
  readonly proofs: pulumi.Output<GateProof[]>;
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:aws:Environment", name, { environment: args.environment, version: args.version }, opts);
    const { environment, version, region } = args;
    const services = Object.entries(args.services).map(([service, it]) => this.#service(name, service, it, args));
    const steady = new GreenlightResource<{ incarnations: string[] }>(
      "greenlight:aws:SteadyState",
      `${name}-steady`,
      {
        region,
        cluster: args.cluster,
        environment,
        version,
        services: services.map(({ asked }) => asked),
        intervalMs: args.gates.intervalMs,
        deadlineMs: args.gates.deadlineMs,
      },
      ["incarnations"],
      { parent: this, dependsOn: services.map(({ resource }) => resource) },
    );
    this.version = pulumi.output(version);
    this.proofs = args.stopped === true ? pulumi.output([]) : this.#gates(name, args, steady);
    this.registerOutputs({ version: this.version });
  }

  /** What an environment that runs must pass before it may receive traffic. */
  #gates(
    name: string,
    args: EnvironmentArgs,
    steady: GreenlightResource<{ incarnations: string[] }>,
  ): pulumi.Output<GateProof[]> {
    const { environment, version, region } = args;
    const incarnations = steady.out("incarnations");
    const health = new GreenlightResource<{ proof: GateProof }>(
      "greenlight:aws:TargetsHealthy",
      `${name}-health`,
      {
        region,
        environment,
        version,
        targetGroups: Object.entries(args.services).map(([service, { tasks }]) => ({
          service,
          arn: args.targetGroups[service],
          least: tasks,
        })),
        ...args.gates,
        incarnations,
      },
      ["proof"],
      { parent: this, dependsOn: [steady] },
    );
    const { logFile, ...smokeTest } = args.smoke;
    const smoke = new GreenlightResource<{ proof: GateProof }>(
      "greenlight:index:SmokeGate",
      `${name}-smoke`,
      {
        environment,
        version,
        ...smokeTest,
        env: { ...smokeVariables(args.addresses, environment, version), ...smokeTest.env },
        secretEnv: pulumi.secret({}),
        logFile,
        incarnations,
      },
      ["proof"],
      { parent: this, dependsOn: [health] },
    );
    return pulumi.all([health.out("proof"), smoke.out("proof")]);
  }

  #service(name: string, service: string, it: EnvironmentServiceArgs, args: EnvironmentArgs) {
    const { stack, environment } = args;
    const task = new Task(
      `${name}-${service}`,
      {
        stack,
        account: args.account,
        region: args.region,
        environment,
        role: service,
        image: it.image,
        port: it.port,
        env: it.env,
        secrets: it.secrets,
        cpu: it.cpu,
        memory: it.memory,
        architecture: it.architecture,
        stopSeconds: it.drainSeconds,
        keepLogs: args.keepLogs,
        ...(it.database === undefined ? {} : { database: it.database }),
        ...(it.taskRole === undefined ? {} : { taskRole: it.taskRole }),
      },
      { parent: this },
    );
    const targetGroup = args.targetGroups[service];
    if (targetGroup === undefined) throw new Error(`targetGroups has none for ${service}: give it its ARN.`);
    const physical = physicalName("service", stack, environment, service);
    const resource = new AwsResource(
      "aws:ecs/service:Service",
      `${name}-${service}`,
      {
        name: physical,
        cluster: args.cluster,
        launchType: "FARGATE",
        taskDefinition: task.definition,
        desiredCount: it.tasks,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        healthCheckGracePeriodSeconds: it.startSeconds,
        networkConfiguration: {
          subnets: args.subnets,
          securityGroups: [args.securityGroup],
          assignPublicIp: false,
        },
        loadBalancers: [{ targetGroupArn: targetGroup, containerName: service, containerPort: it.port }],
        propagateTags: "SERVICE",
        enableEcsManagedTags: true,
        enableExecuteCommand: false,
        // Its word for it is not taken: SteadyState reads what runs.
        waitForSteadyState: false,
      },
      // With scaling the number of tasks is the load's, not ours.
      { parent: this, ...(it.scaling === undefined ? {} : { ignoreChanges: ["desiredCount"] }) },
    );
    if (it.scaling !== undefined) {
      const scaled = {
        resourceId: pulumi.interpolate`service/${args.clusterName}/${physical}`,
        scalableDimension: "ecs:service:DesiredCount",
        serviceNamespace: "ecs",
      };
      const target = new AwsResource(
        "aws:appautoscaling/target:Target",
        `${name}-${service}`,
        { ...scaled, minCapacity: it.tasks, maxCapacity: it.scaling.most },
        { parent: this, dependsOn: [resource] },
      );
      new AwsResource(
        "aws:appautoscaling/policy:Policy",
        `${name}-${service}-cpu`,
        {
          ...scaled,
          name: `${physical}-cpu`,
          policyType: "TargetTrackingScaling",
          targetTrackingScalingPolicyConfiguration: {
            targetValue: it.scaling.cpu,
            predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
          },
        },
        { parent: this, dependsOn: [target] },
      );
    }
    const asked = {
      service,
      name: physical,
      taskDefinition: task.definition,
      container: service,
      digest: digestOf(it.image),
      least: it.tasks,
    };
    return { resource, asked };
  }
}
