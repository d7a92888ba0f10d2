import * as pulumi from "../pulumi.ts";
import { GreenlightResource } from "../resource.ts";
import { RandomPassword } from "./randomPassword.ts";

export interface DatabaseArgs {
  dir: string;
  listen: string;
  port: number;
  user: string;
  name: string;
}

/** A PostgreSQL server of the stack's own, with a password that no person needs to know. */
export class Database extends pulumi.ComponentResource {
  /** `postgres://` address with the password, a secret. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("greenlight:local:Database", name, { port: args.port, database: args.name }, opts);
    const password = new RandomPassword(`${name}-password`, { length: 32, special: false }, { parent: this });
    const server = new GreenlightResource<{
      url: string;
      serverVersion: string;
      dataDirectory: string;
      running: boolean;
    }>(
      "greenlight:local:PostgresServer",
      name,
      {
        dir: args.dir,
        listen: args.listen,
        port: args.port,
        user: args.user,
        database: args.name,
        password: pulumi.secret(password.result),
      },
      ["url", "serverVersion", "dataDirectory", "running"],
      { parent: this },
    );
    this.url = pulumi.secret(server.out("url"));
    this.registerOutputs({ url: this.url });
  }
}
