import { ModifyDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import type { Answer } from "./answers.ts";
import type { Inner } from "./inner.ts";
import type { ApiRequest } from "./request.ts";

/** How often it is asked for a restored instance before it is made: by counts and not by time, so that nobody on a busy machine misses it. */
const asksWhileMade = 2;

/**
 * Instances restored from snapshots as RDS makes them: moto takes what is off or zero in the request for left out, and has them available
 * at once.
 */
export class Restores {
  readonly #inner: Inner;
  readonly #made = new Map<string, { asksLeft: number; readonly ends: string }>();
  #ends = "available";

  constructor(inner: Inner) {
    this.#inner = inner;
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
    const answer = this.#told(await this.#inner.forward(request));
    for (const it of this.#made.values()) it.asksLeft -= 1;
    return answer;
  }

  async #restore(request: ApiRequest): Promise<Answer> {
    const answer = await this.#inner.forward(request);
    if (answer.status !== 200) return answer;
    const asked = (name: string) => request.parameters[name];
    const name = String(asked("DBInstanceIdentifier"));
    this.#made.set(name, { asksLeft: asksWhileMade, ends: this.#ends });
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
      const status = it.asksLeft > 0 ? "creating" : it.ends;
      return instance.replace(/<DBInstanceStatus>[^<]*/, `<DBInstanceStatus>${status}`);
    });
    const { "content-length": _, ...headers } = answer.headers;
    return { ...answer, headers, body };
  }
}
