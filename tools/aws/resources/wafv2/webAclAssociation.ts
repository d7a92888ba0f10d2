import {
  AssociateWebACLCommand,
  DisassociateWebACLCommand,
  GetWebACLForResourceCommand,
  WAFV2Client,
} from "@aws-sdk/client-wafv2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { isNamed, orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({ resourceArn: z.string(), webAclArn: z.string() });
const gone = ["WAFNonexistentItemException"];

/** A web ACL before a load balancer, which has one at the most; its id is `ACL,load balancer`, which is what an import takes as well. */
export const webAclAssociation = kind<z.infer<typeof inputs>>({
  inputs,
  replaceOn: ["resourceArn", "webAclArn"],
  async create({ aws, timeoutMs }, { resourceArn, webAclArn }) {
    const waf = aws.client(WAFV2Client);
    const request = new AssociateWebACLCommand({ ResourceArn: resourceArn, WebACLArn: webAclArn });
    // A load balancer or a web ACL that was just made is not known everywhere at once.
    await aws.until(`the web ACL ${webAclArn} to be there`, timeoutMs ?? 5 * 60_000, async (see) => {
      try {
        await waf.send(request);
        return true;
      } catch (error) {
        if (!isNamed(error, "WAFUnavailableEntityException")) throw error;
        see((error as Error).message);
        return undefined;
      }
    });
    return `${webAclArn},${resourceArn}`;
  },
  async read({ aws }, id) {
    const [, resourceArn = ""] = id.split(",");
    const request = new GetWebACLForResourceCommand({ ResourceArn: resourceArn });
    const webAclArn = (await orGone(aws.client(WAFV2Client).send(request), ...gone))?.WebACL?.ARN;
    return webAclArn === undefined ? undefined : { resourceArn, webAclArn };
  },
  async delete({ aws }, id) {
    const [, resourceArn = ""] = id.split(",");
    const request = new DisassociateWebACLCommand({ ResourceArn: resourceArn });
    await orGone(aws.client(WAFV2Client).send(request), ...gone);
  },
});
