import { CloudFrontClient } from "@aws-sdk/client-cloudfront";
import { asked } from "../clients.ts";
import { KeyValuesClient } from "./keyValues.ts";

// Of their own file: they bring much along, and few ask.
export const edgeClient = (region: string) => new CloudFrontClient(asked(region));
export const keyValuesClient = (region: string) => new KeyValuesClient(asked(region));
