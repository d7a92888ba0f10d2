import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import grpc from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import { decode, encode } from "../../provider/wire.ts";
import { sentence } from "../../release/problem.ts";
import { type Bag, type Failure, NotReady, type Provider, type Target } from "./provider.ts";

/** The mark of a value that only the update will know, as the engine reads it. */
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Call<Request> = { readonly request: Request };
type Callback<Response> = (error: grpc.ServiceError | Partial<grpc.StatusObject> | null, response?: Response) => void;
type Struct = structProto.Struct | undefined;

/**
 * Serves the engine over gRPC. Pulumi's own provider server for Node knows neither the provider's settings nor the
 * program's `ignoreChanges` and `customTimeouts`, which the official plugin obeys; hence this one.
 *
 * @returns the port, on loopback
 */
export async function serve(standIn: Provider): Promise<number> {
  return await new Promise<number>((resolve, reject) => {
    serverOf(standIn).bindAsync("127.0.0.1:0", plain, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
}

/**
 * Serves engines that come and go, each connection by a Provider of its own: the engine opens one for every provider of a program, which
 * may differ in their settings. With the connection ends what was asked over it, for its engine is gone, even by kill -9, or done with it.
 */
export async function serveEach(make: () => Provider): Promise<{ readonly port: number; readonly listener: Server }> {
  const listener = createServer((connection) => {
    const standIn = make();
    const server = serverOf(standIn);
    connection.once("close", () => {
      standIn.stop("the engine is gone");
      server.forceShutdown();
    });
    server.createConnectionInjector(plain).injectConnection(connection);
  });
  await once(listener.listen(0, "127.0.0.1"), "listening");
  return { port: (listener.address() as AddressInfo).port, listener };
}

const plain = grpc.ServerCredentials.createInsecure();

function serverOf(standIn: Provider): grpc.Server {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(providerService.ResourceProviderService, methods(standIn));
  return server;
}

function methods(standIn: Provider): grpc.UntypedServiceImplementation {
  return {
    attach: answering(async () => new emptyProto.Empty()),
    getPluginInfo: answering(async () => {
      const info = new pluginProto.PluginInfo();
      info.setVersion(standIn.version);
      return info;
    }),
    getSchema: answering(async () => {
      const answer = new proto.GetSchemaResponse();
      answer.setSchema("{}");
      return answer;
    }),
    checkConfig: answering(async (request: proto.CheckRequest) => {
      const news = bag(request.getNews());
      const { values, unknowns } = decode(news);
      const known = Object.fromEntries(Object.entries(values).filter(([key]) => !unknowns.has(key)));
      return checked(news, standIn.checkSettings(known));
    }),
    diffConfig: answering(async (request: proto.DiffRequest) => {
      const { values: olds } = decode(bag(request.getOlds()));
      const { values: news } = decode(bag(request.getNews()));
      const answer = new proto.DiffResponse();
      answer.setReplacesList(standIn.replacingSettings(olds, news));
      answer.setChanges(
        JSON.stringify(olds) === JSON.stringify(news)
          ? proto.DiffResponse.DiffChanges.DIFF_NONE
          : proto.DiffResponse.DiffChanges.DIFF_SOME,
      );
      return answer;
    }),
    configure: answering(async (request: proto.ConfigureRequest) => {
      standIn.configure(decode(bag(request.getArgs())).values);
      const answer = new proto.ConfigureResponse();
      answer.setAcceptsecrets(true);
      answer.setSupportspreview(standIn.tryOut !== undefined);
      return answer;
    }),
    check: answering(async (request: proto.CheckRequest) => {
      const olds = decode(bag(request.getOlds())).values;
      const { values, secrets } = decode(bag(request.getNews()));
      const { inputs, failures } = await standIn.check(target(request.getUrn()), olds, values);
      return checked(sealed(inputs, secrets), failures);
    }),
    diff: answering(async (request: proto.DiffRequest) => {
      const olds = decode(bag(request.getOlds())).values;
      const news = decode(bag(request.getNews())).values;
      const found = await standIn.diff(target(request.getUrn()), {
        id: request.getId(),
        state: olds,
        oldInputs: decode(bag(request.getOldInputs())).values,
        news,
        ignored: request.getIgnorechangesList(),
      });
      const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
      const answer = new proto.DiffResponse();
      answer.setChanges(found.changed.length === 0 ? DIFF_NONE : DIFF_SOME);
      answer.setReplacesList(found.replaces);
      answer.setDiffsList(found.changed);
      answer.setDeletebeforereplace(found.deleteFirst);
      return answer;
    }),
    create: answering(async (request: proto.CreateRequest) => {
      const at = target(request.getUrn(), request.getTimeout());
      const { values, secrets } = decode(bag(request.getProperties()));
      const marks = [...secrets, ...(await standIn.secretOutputs(at.type))];
      const answer = new proto.CreateResponse();
      if (request.getPreview()) {
        const tried = (await standIn.tryOut?.(at, values, [])) ?? values;
        answer.setProperties(struct(sealed(tried, marks)));
        return answer;
      }
      const { id, state } = await sealing(marks, () => standIn.create(at, values));
      answer.setId(id);
      answer.setProperties(struct(sealed(state, marks)));
      return answer;
    }),
    read: answering(async (request: proto.ReadRequest) => {
      const at = target(request.getUrn());
      const properties = decode(bag(request.getProperties()));
      const inputs = decode(bag(request.getInputs()));
      const marks = [...properties.secrets, ...inputs.secrets, ...(await standIn.secretOutputs(at.type))];
      const found = await standIn.read(at, request.getId(), properties.values, inputs.values);
      const answer = new proto.ReadResponse();
      if (found === undefined) return answer;
      answer.setId(request.getId());
      answer.setProperties(struct(sealed(found.state, marks)));
      answer.setInputs(struct(sealed(found.inputs, marks)));
      return answer;
    }),
    update: answering(async (request: proto.UpdateRequest) => {
      const at = target(request.getUrn(), request.getTimeout());
      const { values, secrets } = decode(bag(request.getNews()));
      const olds = decode(bag(request.getOlds())).values;
      const ignored = request.getIgnorechangesList();
      const marks = [...secrets, ...(await standIn.secretOutputs(at.type))];
      const answer = new proto.UpdateResponse();
      const state = request.getPreview()
        ? ((await standIn.tryOut?.(at, values, ignored)) ?? values)
        : await sealing(marks, () => standIn.update(at, request.getId(), olds, values, ignored));
      answer.setProperties(struct(sealed(state, marks)));
      return answer;
    }),
    delete: answering(async (request: proto.DeleteRequest) => {
      const at = target(request.getUrn(), request.getTimeout());
      await standIn.delete(at, request.getId(), decode(bag(request.getProperties())).values);
      return new emptyProto.Empty();
    }),
    invoke: answering(async (request: proto.InvokeRequest) => {
      const answer = new proto.InvokeResponse();
      answer.setReturn(struct(await standIn.invoke(request.getTok(), decode(bag(request.getArgs())).values)));
      return answer;
    }),
    cancel: answering(async () => {
      standIn.stop("the update was cancelled");
      return new emptyProto.Empty();
    }),
  };
}

function answering<Request, Response>(work: (request: Request) => Promise<Response>) {
  return (call: Call<Request>, callback: Callback<Response>): void => {
    work(call.request).then(
      (answer) => callback(null, answer),
      (error: unknown) => callback(statusOf(error)),
    );
  };
}

/** Errors reach the person as sentences; what exists and is not ready goes into the state with them. */
function statusOf(error: unknown): Partial<grpc.StatusObject> {
  const message = sentence(error instanceof NotReady ? error.cause : error);
  const metadata = new grpc.Metadata();
  if (error instanceof NotReady) {
    const detail = new proto.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(struct(error.state));
    detail.setReasonsList([message]);
    const packed = new anyProto.Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new statusProto.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(packed);
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

/** The state that goes with an error keeps its secrets marked, too. */
async function sealing<T>(marks: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotReady) throw new NotReady(error.id, sealed(error.state, marks), error.cause as Error);
    throw error;
  }
}

function target(urn: string, timeoutSeconds = 0): Target {
  const [, , types = "", ...name] = urn.split("::");
  return {
    type: types.split("$").at(-1) ?? "",
    name: name.join("::"),
    ...(timeoutSeconds > 0 ? { timeoutMs: timeoutSeconds * 1000 } : {}),
  };
}

function checked(inputs: Bag, failures: readonly Failure[]): proto.CheckResponse {
  const answer = new proto.CheckResponse();
  answer.setInputs(struct(inputs));
  answer.setFailuresList(
    failures.map(({ property, reason }) => {
      const failure = new proto.CheckFailure();
      // Without a property the engine adds no value to the refusal, which might be a secret one.
      failure.setReason(property === "" ? reason : `${property}: ${reason}`);
      return failure;
    }),
  );
  return answer;
}

function bag(properties: Struct): Bag {
  return properties === undefined ? {} : (properties.toJavaScript() as Bag);
}

function struct(properties: Bag): structProto.Struct {
  return structProto.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function sealed(values: Bag, secrets: Iterable<string>): Bag {
  return encode(Object.fromEntries(Object.entries(values).map(([key, value]) => [key, marked(value)])), secrets);
}

function marked(value: unknown): unknown {
  if (typeof value === "symbol") return unknownMark;
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}
