import type { EnvironmentName } from "../../release/environment.ts";
import type { GateProof } from "../../release/gateProof.ts";
import { addressVariables, smokeVariables } from "../../release/serviceVariables.ts";
import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";

/** One service of an environment, as it is started and asked. */
export interface EnvironmentServiceArgs {
  /** The team's command as an argument list; `{port}` in an argument becomes the instance's port. */
  command: string[];
  /** Absolute folder in which it runs. */
  directory: string;
  env: Record<string, string>;
  /** One process a port. */
  ports: number[];
  /** What a healthy instance answers. */
  health: { path: string; status: number; body?: string; json?: { path: string; equals: string | number | boolean } };
  /** Milliseconds that a stopping process may finish its requests. */
  drainMs: number;
  /** Milliseconds that a starting process may take until it listens. */
  startMs: number;
}

export interface EnvironmentArgs {
  environment: EnvironmentName;
  version: string;
  /** The stack's folder on this machine. */
  dir: string;
  listen: string;
  /** By service name. */
  services: Record<string, EnvironmentServiceArgs>;
  /** Address of the database with its password: keep it a secret. */
  databaseUrl?: pulumi.Input<string>;
  /** Direct address of each service of this environment, such as `http://127.0.0.1:21002`. */
  addresses: Record<string, string>;
  gates: { successes: number; intervalMs: number; deadlineMs: number };
  smoke: { command: string[]; directory: string; env: Record<string, string>; timeoutMs: number };
}

/** One side of a blue/green pair: its instances, then its health gate, then its smoke gate. */
export class Environment extends pulumi.ComponentResource {
  /** What the gates passed; the switch asks for them. */
  readonly proofs: pulumi.Output<GateProof[]>;
  readonly version: pulumi.Output<string>;
  /** Direct address of each service. */
  readonly addresses: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:local:Environment", name, { environment: args.environment, version: args.version }, opts);
    const secretEnv = args.databaseUrl === undefined ? {} : { DATABASE_URL: args.databaseUrl };
    const urls = addressVariables(args.addresses);
    const instances = Object.entries(args.services).flatMap(([service, it]) =>
      it.ports.map((port, index) => ({
        service,
        question: it.health,
        resource: new GreenlightResource<{
          address: string;
          incarnation: string;
          supervisor: number;
          running: boolean;
        }>(
          "greenlight:local:ServiceInstance",
          `${name}-${service}-${index + 1}`,
          {
            dir: args.dir,
            service,
            environment: args.environment,
            version: args.version,
            command: it.command,
            directory: it.directory,
            env: { ...urls, ...it.env },
            secretEnv: pulumi.secret(secretEnv),
            listen: args.listen,
            port,
            drainMs: it.drainMs,
            startMs: it.startMs,
          },
          ["address", "incarnation", "supervisor", "running"],
          { parent: this },
        ),
      })),
    );
    const incarnations = instances.map((it) => it.resource.out("incarnation"));
    const health = new GreenlightResource<{ samples: object[]; proof: GateProof }>(
      "greenlight:index:HealthGate",
      `${name}-health`,
      {
        environment: args.environment,
        version: args.version,
        targets: instances.map((it) => ({
          service: it.service,
          address: it.resource.out("address"),
          question: it.question,
        })),
        ...args.gates,
        incarnations,
      },
      ["samples", "proof"],
      { parent: this },
    );
    const smoke = new GreenlightResource<{ tookMs: number; output: string; proof: GateProof }>(
      "greenlight:index:SmokeGate",
      `${name}-smoke`,
      {
        environment: args.environment,
        version: args.version,
        command: args.smoke.command,
        directory: args.smoke.directory,
        env: { ...smokeVariables(args.addresses, args.environment, args.version), ...args.smoke.env },
        secretEnv: pulumi.secret({}),
        timeoutMs: args.smoke.timeoutMs,
        logFile: `${args.dir}/logs/${name}-smoke.log`,
        incarnations,
      },
      ["tookMs", "output", "proof"],
      { parent: this, dependsOn: [health] },
    );
    this.proofs = pulumi.all([health.out("proof"), smoke.out("proof")]);
    this.version = pulumi.output(args.version);
    this.addresses = pulumi.output(args.addresses);
    this.registerOutputs({ version: this.version, addresses: this.addresses });
  }
}
