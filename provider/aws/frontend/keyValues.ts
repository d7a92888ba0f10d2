import {
  CloudFrontKeyValueStoreClient,
  type CloudFrontKeyValueStoreClientConfig,
} from "@aws-sdk/client-cloudfront-keyvaluestore";
// Signs for all regions at once, as the stores ask for.
import "@aws-sdk/signature-v4a";

/**
 * Asks the stores of keys at CloudFront's edges. The SDK puts the account's number before the host, which another endpoint than AWS's own
 * (`AWS_ENDPOINT_URL`) need not have, and an address cannot: that one is asked by the name it was given.
 */
export class KeyValuesClient extends CloudFrontKeyValueStoreClient {
  constructor(settings: CloudFrontKeyValueStoreClientConfig & { readonly endpoint?: string } = {}) {
    const endpoint = settings.endpoint ?? process.env.AWS_ENDPOINT_URL;
    if (endpoint === undefined) {
      super(settings);
      return;
    }
    const { hostname } = new URL(endpoint);
    // An address has no names below it: it gets one until it is sent.
    super({ ...settings, endpoint: endpoint.replace(hostname, "localhost") });
    this.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { hostname?: string };
        request.hostname = hostname;
        return await next(args);
      },
      { step: "build", name: "own-endpoint", priority: "high" },
    );
  }
}
