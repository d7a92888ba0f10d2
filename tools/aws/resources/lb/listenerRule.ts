import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  SetRulePrioritiesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { z } from "zod";
import { kind } from "../../plugin/kind.ts";
import { orGone } from "../../plugin/refusal.ts";
import { actionSchema, computedIn, fromActions, toActions } from "./actions.ts";
import { conditionSchema, fromConditions, toConditions } from "./conditions.ts";
import { readTags, someTags, tagArn } from "./tags.ts";

const inputs = z.strictObject({
  listenerArn: z.string(),
  priority: z.number().int().min(1).max(50_000).optional(),
  actions: z.array(actionSchema).min(1),
  conditions: z.array(conditionSchema).min(1),
});
type Inputs = z.infer<typeof inputs>;

export const listenerRule = kind<Inputs>({
  inputs,
  replaceOn: ["listenerArn"],
  computed: ["priority", ...computedIn("actions")],
  ordered: ["actions"],
  tag: tagArn,
  async create({ aws, tags }, news) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const { Rules: made } = await elb.send(
      new CreateRuleCommand({
        ListenerArn: news.listenerArn,
        Priority: news.priority ?? (await highest(elb, news.listenerArn)) + 1,
        Actions: toActions(news.actions),
        Conditions: toConditions(news.conditions),
        ...someTags(tags),
      }),
    );
    return made?.[0]?.RuleArn ?? "";
  },
  async read({ aws }, id, state) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    const answer = await orGone(elb.send(new DescribeRulesCommand({ RuleArns: [id] })), ...gone);
    const found = answer?.Rules?.[0];
    if (found === undefined) return undefined;
    return {
      arn: id,
      listenerArn: state.listenerArn ?? id.replace(":listener-rule/", ":listener/").replace(/\/[^/]+$/, ""),
      priority: Number(found.Priority),
      actions: fromActions(found.Actions, state.actions),
      conditions: fromConditions(found.Conditions),
      tagsAll: await readTags(aws, id),
    };
  },
  async update({ aws }, id, news, _state, changed) {
    const elb = aws.client(ElasticLoadBalancingV2Client);
    if (changed.has("priority")) {
      await elb.send(new SetRulePrioritiesCommand({ RulePriorities: [{ RuleArn: id, Priority: news.priority }] }));
    }
    if (!changed.has("actions") && !changed.has("conditions")) return;
    await elb.send(
      new ModifyRuleCommand({
        RuleArn: id,
        ...(changed.has("actions") ? { Actions: toActions(news.actions) } : {}),
        ...(changed.has("conditions") ? { Conditions: toConditions(news.conditions) } : {}),
      }),
    );
  },
  async delete({ aws }, id) {
    await orGone(aws.client(ElasticLoadBalancingV2Client).send(new DeleteRuleCommand({ RuleArn: id })), ...gone);
  },
});

const gone = ["RuleNotFoundException", "RuleNotFound", "ListenerNotFoundException", "ListenerNotFound"];

async function highest(elb: ElasticLoadBalancingV2Client, listenerArn: string): Promise<number> {
  const { Rules: rules } = await elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
  return Math.max(0, ...(rules ?? []).map(({ Priority: priority }) => Number(priority)).filter(Number.isFinite));
}
