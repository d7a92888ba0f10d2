import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { freePort } from "../../../tools/freePort.ts";
import { ensureToolchain } from "../../../tools/toolchain.ts";
import { eventually } from "../../processes.ts";

const key = { id: "only-for-tests", secret: "only-for-this-test" };

/** A real server of S3 on loopback, by rclone: a bucket is a folder of this machine. */
export class StoreServer {
  /** Folder of the bucket `backups`. */
  readonly bucket: string;
  /** What a Secret holds for it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Folder that has rclone, for PATH. */
  readonly bin: string;
  readonly #running: ReturnType<typeof serve>;

  private constructor(folder: string, rclone: string, port: number) {
    this.bucket = join(folder, "backups");
    this.bin = join(rclone, "..");
    this.variables = {
      AWS_ACCESS_KEY_ID: key.id,
      AWS_SECRET_ACCESS_KEY: key.secret,
      RCLONE_CONFIG_STORE_ENDPOINT: `http://127.0.0.1:${port}`,
    };
    mkdirSync(this.bucket);
    this.#running = serve(rclone, port, folder);
  }

  /** @param folder that is there, for its buckets alone */
  static async start(folder: string): Promise<StoreServer> {
    const { rclone } = await ensureToolchain({ want: ["rclone"] });
    const server = new StoreServer(folder, rclone.path, await freePort());
    const url = server.variables.RCLONE_CONFIG_STORE_ENDPOINT ?? "";
    await eventually("the store to answer", async () => await fetch(url).then(Boolean, () => undefined));
    return server;
  }

  /** Puts something there as anybody could: the server need not see what was put into its folder. @param path below the bucket */
  async put(path: string, content: string): Promise<void> {
    const env = {
      ...this.variables,
      RCLONE_CONFIG_STORE_ENV_AUTH: "true",
      RCLONE_CONFIG_STORE_TYPE: "s3",
      RCLONE_CONFIG_STORE_PROVIDER: "Other",
    };
    await execa(join(this.bin, "rclone"), ["--config=", "rcat", `store:backups/${path}`], { env, input: content });
  }

  async stop(): Promise<void> {
    this.#running.kill();
    await this.#running;
  }
}

function serve(rclone: string, port: number, folder: string) {
  const args = ["--config=", "serve", "s3", "--addr", `127.0.0.1:${port}`, "--auth-key", `${key.id},${key.secret}`];
  return execa(rclone, [...args, folder], { stdin: "ignore", buffer: false, reject: false, cleanup: true });
}
