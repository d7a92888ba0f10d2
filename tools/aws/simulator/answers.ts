import { randomUUID } from "node:crypto";
import type { ApiRequest, Protocol } from "./request.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
}

/** A refusal as AWS would give it; thrown by what answers a request. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function json(value: unknown): Answer {
  return { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(value) };
}

/** The answer of a query service: `<ActionResponse><ActionResult>…`. */
export function query(request: ApiRequest, namespace: string, result: string): Answer {
  const { action } = request;
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

/** An error in the service's own way of writing, so that the SDK reads its code and message. */
export function refused(protocol: Protocol, { code, message, status }: Refusal): Answer {
  const id = randomUUID();
  const xml = { "content-type": "text/xml", "x-amzn-requestid": id };
  switch (protocol) {
    case "json":
    case "rest-json":
      return {
        status,
        headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code, "x-amzn-requestid": id },
        body: JSON.stringify({ __type: code, message, Message: message }),
      };
    case "ec2":
      return {
        status,
        headers: xml,
        body: `<Response><Errors><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error></Errors><RequestID>${id}</RequestID></Response>`,
      };
    default:
      return {
        status,
        headers: xml,
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`,
      };
  }
}

/** S3 writes errors without the envelope. */
export function refusedByS3({ code, message, status }: Refusal): Answer {
  const body = `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
