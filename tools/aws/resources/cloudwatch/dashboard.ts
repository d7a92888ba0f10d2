import {
  CloudWatchClient,
  DeleteDashboardsCommand,
  GetDashboardCommand,
  PutDashboardCommand,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { kind, type Step } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";

const inputs = z.strictObject({
  dashboardName: z
    .string()
    .regex(/^[\w-]{1,255}$/, "dashboardName must be up to 255 letters, digits, hyphens and underscores"),
  dashboardBody: z.string().superRefine((text, context) => {
    try {
      z.looseObject({ widgets: z.array(z.unknown()).max(500) }).parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: "custom", message: "is not a dashboard: JSON with a list of widgets is needed" });
    }
  }),
});
type Inputs = z.infer<typeof inputs>;

export const dashboard = kind<Inputs>({
  inputs,
  replaceOn: ["dashboardName"],
  autoName: { property: "dashboardName", longest: 255 },
  async create(step, news) {
    await put(step, news);
    return news.dashboardName;
  },
  async read({ aws }, id) {
    const request = new GetDashboardCommand({ DashboardName: id });
    const found = await orGone(aws.client(CloudWatchClient).send(request), ...gone);
    if (found === undefined) return undefined;
    return { dashboardArn: found.DashboardArn, dashboardName: found.DashboardName, dashboardBody: found.DashboardBody };
  },
  async update(step, _id, news) {
    await put(step, news);
  },
  async delete({ aws }, id) {
    await orGone(aws.client(CloudWatchClient).send(new DeleteDashboardsCommand({ DashboardNames: [id] })), ...gone);
  },
});

const gone = ["ResourceNotFound", "DashboardNotFoundError"];

/** CloudWatch takes a faulty dashboard and says what is wrong with it: that is an error here. */
async function put({ aws }: Step, { dashboardName, dashboardBody }: Inputs): Promise<void> {
  const { DashboardValidationMessages: complaints } = await aws
    .client(CloudWatchClient)
    .send(new PutDashboardCommand({ DashboardName: dashboardName, DashboardBody: dashboardBody }));
  if (complaints !== undefined && complaints.length > 0) {
    throw new Error(
      `The dashboard ${dashboardName} is faulty: ${complaints.map(({ Message: text }) => text).join("; ")}.`,
    );
  }
}
