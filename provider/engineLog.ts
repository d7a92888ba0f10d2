import { createRequire } from "node:module";
import { credentials } from "@grpc/grpc-js";

const load = createRequire(import.meta.url);

/**
 * Tells lines to the engine, which shows each at the resource that it is of while the step goes on. What a plugin prints itself nobody
 * sees. A line that the engine does not take is lost: a step never waits for it, or fails by it.
 *
 * @param address of the engine, host:port
 */
export function engineLog(address: string): (urn: string, line: string) => void {
  let send: ((urn: string, line: string) => void) | undefined;
  return (urn, line) => {
    send ??= connect(address);
    send(urn, line);
  };
}

/** Read when the first line is told: most updates tell none. */
function connect(address: string): (urn: string, line: string) => void {
  const { EngineClient }: typeof import("@pulumi/pulumi/proto/engine_grpc_pb") = load(
    "@pulumi/pulumi/proto/engine_grpc_pb.js",
  );
  const { LogRequest, LogSeverity }: typeof import("@pulumi/pulumi/proto/engine_pb") = load(
    "@pulumi/pulumi/proto/engine_pb.js",
  );
  const client = new EngineClient(address, credentials.createInsecure());
  return (urn, line) => {
    const request = new LogRequest();
    request.setSeverity(LogSeverity.INFO);
    request.setMessage(line);
    request.setUrn(urn);
    client.log(request, () => {});
  };
}
