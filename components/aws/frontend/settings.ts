import { z } from "zod";
import { duration, flag, folder, group, hosts, text } from "../../../project/settingKinds.ts";
import { arn } from "../settingKinds.ts";

/** Pages behind CloudFront; the group `greenlight:aws.frontend`. */
export const frontend = group(
  {
    builds: folder().describe(
      "Folder of what was built: `<builds>/<version>/` holds the files of a version, for every version that is deployed.",
    ),
    hosts: hosts(10).describe("Names under which users reach it; the look after the switch uses the first."),
    certificate: arn("acm", /certificate\/[0-9a-f-]{36}/, "a certificate in us-east-1").describe(
      "Certificate of AWS Certificate Manager for all hosts. CloudFront takes those of us-east-1 alone.",
    ),
    index: text("a file's name such as index.html", /^[A-Za-z0-9_-]+\.html$/)
      .default("index.html")
      .describe("File that is served for a folder."),
    singlePage: flag()
      .default(false)
      .describe("Whether every path without a file's name is `index`, for an application that has its own paths."),
    contentSecurityPolicy: text("a policy in ASCII, at most 1000 characters", /^[\x20-\x7e]{1,1000}$/)
      .default("default-src 'self'; frame-ancestors 'none'")
      .describe("What its pages may load, from where."),
    warm: duration("168h", 0).describe("How long the files of a version stay that is not deployed any more."),
    address: z
      .url({ protocol: /^https?$/, error: "an address such as https://www.shop.example" })
      .meta({ expected: "an address such as https://www.shop.example" })
      .optional()
      .describe("Where the look after the switch asks. Left out, the first host."),
  },
  "{ builds: dist, hosts: [www.shop.example], certificate: arn:… }",
);
