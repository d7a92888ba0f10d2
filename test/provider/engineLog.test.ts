import { createRequire } from "node:module";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { engineLog } from "../../provider/engineLog.ts";

const load = createRequire(import.meta.url);
const { EngineService }: typeof import("@pulumi/pulumi/proto/engine_grpc_pb") = load(
  "@pulumi/pulumi/proto/engine_grpc_pb.js",
);
const { Empty }: { Empty: new () => object } = load("google-protobuf/google/protobuf/empty_pb.js");

interface Said {
  readonly urn: string;
  readonly message: string;
  readonly severity: number;
}

let server: Server;
let address: string;
let heard: (said: Said) => void;
beforeEach(async () => {
  server = new Server();
  server.addService(EngineService, {
    log(
      { request }: { request: { getUrn(): string; getMessage(): string; getSeverity(): number } },
      answer: (error: null, value: object) => void,
    ) {
      heard({ urn: request.getUrn(), message: request.getMessage(), severity: request.getSeverity() });
      answer(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  address = `127.0.0.1:${port}`;
});
afterEach(() => server.forceShutdown());

it("tells the engine each line, at the resource that it is of", async () => {
  const all: Said[] = [];
  const two = new Promise<void>((resolve) => {
    heard = (said) => {
      all.push(said);
      if (all.length === 2) resolve();
    };
  });
  const tell = engineLog(address);
  tell("urn:one", "applied 2 migrations");
  tell("urn:two", "schema is up to date");
  await two;
  expect(all.sort((a, b) => (a.urn < b.urn ? -1 : 1))).toEqual([
    { urn: "urn:one", message: "applied 2 migrations", severity: 1 },
    { urn: "urn:two", message: "schema is up to date", severity: 1 },
  ]);
});

it("neither throws nor waits when there is no engine to hear it", () => {
  server.forceShutdown();
  expect(() => engineLog(address)("urn:one", "nobody hears this")).not.toThrow();
});
