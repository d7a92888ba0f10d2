import { ModifyDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import type { Answer } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

/** How long a restored instance is being made, before the simulator's speed. Milliseconds. */
const makingMs = 5_000;

/**
 * Instances restored from snapshots as RDS makes them: moto takes what is off or zero in the request for left out, and has them available
 * at once.
 */
export class Restores {
  readonly #inner: Inner;
  readonly #speed: number;
  readonly #made = new Map<string, { readonly at: number; readonly ends: string }>();
  #ends = "available";

  constructor(inner: Inner, speed: number) {
    this.#inner = inner;
    this.#speed = speed;
  }

  /** State in which instances end that are restored from now on; `creating` for never. */
  order(status: string): void {
    this.#ends = status;
  }

  async answer(request: ApiRequest): Promise<Answer | undefined> {
    const { action, parameters } = request;
    if (action === "RestoreDBInstanceFromDBSnapshot") return await this.#restore(request);
    if (action === "DeleteDBInstance") this.#made.delete(String(parameters.DBInstanceIdentifier));
    if (action !== "DescribeDBInstances" || this.#made.size === 0) return undefined;
    return this.#told(await this.#inner.forward(request));
  }

  async #restore(request: ApiRequest): Promise<Answer> {
    const answer = await this.#inner.forward(request);
    if (answer.status !== 200) return answer;
    const asked = (name: string) => request.parameters[name];
    const name = String(asked("DBInstanceIdentifier"));
    this.#made.set(name, { at: Date.now(), ends: this.#ends });
    const backups = asked("BackupRetentionPeriod");
    await this.#inner.client(RDSClient, request.region).send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: name,
        ApplyImmediately: true,
        MultiAZ: asked("MultiAZ") === "true",
        DeletionProtection: asked("DeletionProtection") === "true",
        PubliclyAccessible: asked("PubliclyAccessible") === "true",
        ...(backups === undefined ? {} : { BackupRetentionPeriod: Number(backups) }),
      }),
    );
    return this.#told(answer);
  }

  /** Puts the states of restored instances into an answer of moto's. */
  #told(answer: Answer & { readonly body: Buffer }): Answer {
    const body = answer.body.toString("utf8").replace(/<DBInstance>.*?<\/DBInstance>/gs, (instance) => {
      const name = /<DBInstanceIdentifier>([^<]*)</.exec(instance)?.[1] ?? "";
      const it = this.#made.get(name);
      if (it === undefined) return instance;
      const making = Date.now() < it.at + makingMs / this.#speed;
      return instance.replace(/<DBInstanceStatus>[^<]*/, `<DBInstanceStatus>${making ? "creating" : it.ends}`);
    });
    const { "content-length": _, ...headers } = answer.headers;
    return { ...answer, headers, body };
  }
}
