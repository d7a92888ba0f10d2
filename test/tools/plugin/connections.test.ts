import type { Server } from "node:net";
import { promisify } from "node:util";
import grpc from "@grpc/grpc-js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serveEach } from "../../../tools/plugin/server.ts";
import { ensureToolchain } from "../../../tools/toolchain.ts";
import { eventually } from "../../processes.ts";
import { Sandbox } from "../sandbox.ts";
import { Played } from "./played.ts";

let port: number;
let listener: Server;
/** One for each connection, in their order. */
const providers: Played[] = [];

beforeAll(async () => {
  ({ port, listener } = await serveEach(() => {
    const provider = new Played();
    providers.push(provider);
    return provider;
  }));
});
beforeEach(() => {
  providers.length = 0;
});
afterAll(() => {
  listener?.close();
});

/** Resolves when nobody is connected any more. */
const deserted = () =>
  eventually("all connections to end", async () =>
    (await promisify(listener.getConnections.bind(listener))()) === 0 ? true : undefined,
  );

/** An engine's connection for one provider of its program. */
class Connected {
  readonly #client = new providerService.ResourceProviderClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
    { "grpc.use_local_subchannel_pool": 1 },
  );

  async configure(region: string): Promise<void> {
    const request = new proto.ConfigureRequest();
    request.setArgs(structProto.Struct.fromJavaScript({ region }));
    await new Promise((resolve, reject) => {
      this.#client.configure(request, (error, answer) => (error === null ? resolve(answer) : reject(error)));
    });
  }

  /** The region in which the new thing lies. */
  async create(name: string): Promise<unknown> {
    const request = new proto.CreateRequest();
    request.setUrn(`urn:pulumi:test::test::played:index:Thing::${name}`);
    const answer = await new Promise<InstanceType<typeof proto.CreateResponse>>((resolve, reject) => {
      this.#client.create(request, (error, made) => (error === null ? resolve(made) : reject(error)));
    });
    return answer.getProperties()?.toJavaScript().lies;
  }

  async cancel(): Promise<void> {
    await new Promise((resolve, reject) => {
      this.#client.cancel(new emptyProto.Empty(), (error, answer) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}

describe("a stand-in to which engines attach", () => {
  it("has for each connection a provider of its own, with that one's settings", async () => {
    const [europe, america] = [new Connected(), new Connected()];
    await europe.configure("eu-central-1");
    await america.configure("us-east-1");
    expect(await europe.create("thing")).toBe("eu-central-1");
    expect(await america.create("thing")).toBe("us-east-1");
    expect(providers).toHaveLength(2);
    europe.close();
    america.close();
    await deserted();
  });

  it("stops, when one update is cancelled, what that one waits for, and nothing of another", async () => {
    const [cancelled, other] = [new Connected(), new Connected()];
    await cancelled.configure("eu-central-1");
    await other.configure("us-east-1");
    const refused = expect(cancelled.create("slow")).rejects.toThrow();
    await eventually("it to be under way", async () => providers[0]?.made[0]);
    await cancelled.cancel();
    await refused;
    expect(await other.create("thing")).toBe("us-east-1");
    expect(providers.map(({ stopped }) => stopped)).toEqual([["the update was cancelled"], []]);
    cancelled.close();
    other.close();
    await deserted();
  });
});

describe("the engine that attaches to a stand-in", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.of("regions", await ensureToolchain({ want: ["pulumi", "random"] }));
    sandbox.env.PULUMI_DEBUG_PROVIDERS = `played:${port}`;
  });
  afterAll(async () => await sandbox?.remove());

  it("connects once for each provider of its program, and leaves with the operation", async () => {
    const { all, exitCode } = await sandbox.pulumi("up", "--yes", "--skip-preview");
    expect(exitCode, all).toBe(0);
    const working = providers.filter(({ made }) => made.length > 0);
    expect(working.map(({ made, settings }) => [made, settings.map(({ region }) => region)]).sort()).toEqual([
      [["in-eu-central-1"], ["eu-central-1"]],
      [["in-us-east-1"], ["us-east-1"]],
    ]);
    await deserted();
    expect(providers.filter(({ stopped }) => !stopped.includes("the engine is gone"))).toEqual([]);
  });

  it("finds for the next operation what it serves, and nothing to do", async () => {
    const { all, exitCode } = await sandbox.pulumi("preview", "--expect-no-changes");
    expect(exitCode, all).toBe(0);
    await deserted();
  });

  it("is missed when it is killed: what it waited for is stopped, and others are served", async () => {
    const other = new Connected();
    await other.configure("eu-west-1");
    sandbox.env.SLOW = "yes";
    const killed = sandbox.pulumi("up", "--yes", "--skip-preview");
    const working = await eventually("it to be under way", async () =>
      providers.find(({ made }) => made.includes("slow")),
    );
    expect(working.stopped).toEqual([]);
    killed.kill("SIGKILL");
    expect(await eventually("it to be stopped", async () => working.stopped[0])).toBe("the engine is gone");
    expect(await other.create("thing")).toBe("eu-west-1");
    other.close();
    await deserted();
  });
});
