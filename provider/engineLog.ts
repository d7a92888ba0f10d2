import { credentials } from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

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

function connect(address: string): (urn: string, line: string) => void {
  const client = new services.EngineClient(address, credentials.createInsecure());
  return (urn, line) => {
    const request = new messages.LogRequest();
    request.setSeverity(messages.LogSeverity.INFO);
    request.setMessage(line);
    request.setUrn(urn);
    client.log(request, () => {});
  };
}
