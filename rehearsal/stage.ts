import pg from "pg";
import { z } from "zod";
import { findLocalPlatform, type LocalPlatform } from "../cli/platform/local.ts";
import { weightsWrittenAt } from "../provider/local/envoy/runtimeLayer.ts";
import { folder } from "../provider/local/folder.ts";
import { Problem } from "../release/problem.ts";
import { Ground } from "./ground.ts";
import type { LoadTarget } from "./load/client.ts";
import { shopTraffic } from "./load/shopTraffic.ts";
import { Preparation } from "./team/preparation.ts";

/** What scenarios play on on this machine: processes, a proxy, and a database of the stack's own. */
export class Stage extends Ground {
  /** Over api and web: all of a machine is a whole rehearsal's alone, a quick one may share it. */
  get ratePerSecond(): number {
    return this.quick ? 250 : 520;
  }

  #databaseUrl: string | undefined;
  #preparation: Preparation | undefined;

  /** The team's work before its releases; one for all scenarios. */
  get preparation(): Preparation {
    this.#preparation ??= new Preparation(this);
    return this.#preparation;
  }

  platform(): LocalPlatform {
    const platform = findLocalPlatform(this.context);
    if (platform === undefined) throw new Problem({ happened: "Nothing is deployed.", where: this.places.stack });
    return platform;
  }

  async asked(): Promise<LocalPlatform> {
    return this.platform();
  }

  /** Epoch ms at which the weights that hold now were put in place. */
  weightsWrittenAt(): number {
    return weightsWrittenAt(folder(this.places.stack).envoy);
  }

  protected users(): LoadTarget[] {
    const addresses = Object.fromEntries(
      Object.entries(this.settings.services).map(([name, it]) => [name, `http://${this.settings.listen}:${it.port}`]),
    );
    const { api = "", web = "" } = addresses;
    return shopTraffic({ api, web });
  }

  /** Address of the stack's database, password included: for connections only. */
  async databaseUrl(): Promise<string> {
    if (this.#databaseUrl === undefined) {
      const ended = await this.pulumi("stack", "output", "--json", "--show-secrets");
      const shape = z.object({ databaseUrl: z.string() });
      this.#databaseUrl = (await this.must(shape, Promise.resolve(ended))).databaseUrl;
    }
    return this.#databaseUrl;
  }

  /** One piece of work on the stack's database. */
  async database<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      connectionString: await this.databaseUrl(),
      connectionTimeoutMillis: 5000,
      query_timeout: 30_000,
      application_name: "greenlight rehearsal",
    });
    client.on("error", () => undefined); // the query in hand reports it
    try {
      await client.connect();
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
