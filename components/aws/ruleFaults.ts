import type { Settings } from "../../config.ts";
import { testersPriorities } from "./forwarding.ts";
import type { AwsSettings } from "./settings.ts";

type Name = (key: string) => string;
type Service = AwsSettings["services"][string];

/** AWS takes five values in all conditions of a rule. */
const mostValues = 5;

/** Characters of a header's name. Source: HttpHeaderConditionConfig of the Elastic Load Balancing API. */
const longestHeader = 40;

/** What is wrong with the rules that the settings ask of the listener, a line each. @param of a key as the stack file names it */
export function ruleFaults(settings: Settings, aws: AwsSettings, of: Name): string[] {
  const services = Object.entries(aws.services).filter(([name]) => Object.hasOwn(settings.services, name));
  return [
    ...priorityFaults(services, of),
    ...services.flatMap(([name, it]) => [
      ...valueFaults(it, settings.testers !== undefined, of(`aws.services.${name}`)),
      ...testersFaults(settings, it, of(`aws.services.${name}`), of),
    ]),
    ...headerFaults(settings, of),
    ...orderFaults(services, of),
  ];
}

/** A listener has one rule at each place. */
function priorityFaults(services: readonly [string, Service][], of: Name): string[] {
  const taken = new Map<number, string>();
  const take = (priority: number, who: string, whose = "") => {
    const before = taken.get(priority);
    if (before === undefined) taken.set(priority, who);
    return before === undefined ? [] : [`${who} is ${priority}${whose}, which ${before} has already`];
  };
  return services.flatMap(([name, { priority, testersPriority }]) => {
    const own = of(`aws.services.${name}`);
    if (testersPriority === undefined) return take(priority, `${own}.priority`);
    const { blue, green } = testersPriorities(testersPriority);
    const key = `${own}.testersPriority`;
    return [
      ...take(priority, `${own}.priority`),
      ...take(blue, key),
      ...take(green, key, ` for green, after ${blue} for blue`),
    ];
  });
}

function valueFaults({ hosts, paths = [] }: Service, testers: boolean, own: string): string[] {
  const more = testers ? " and the header of testers" : "";
  if (hosts.length + paths.length + (testers ? 1 : 0) <= mostValues) return [];
  return [`${own} has ${hosts.length} hosts and ${paths.length} paths${more}; a rule takes five together`];
}

/** Testers' rules need two places, before the service's own. */
function testersFaults({ testers }: Settings, { priority, testersPriority }: Service, own: string, of: Name): string[] {
  const key = `${own}.testersPriority`;
  if (testers === undefined) {
    return testersPriority === undefined
      ? []
      : [`${key} is a place for testers' rules, and ${of("testers")} names no header: name it, or leave this out`];
  }
  if (priority < 3) {
    return [
      `${own}.priority is ${priority}, which leaves no two places before it for ${of("testers")}: give it a higher one`,
    ];
  }
  if (testersPriority === undefined) {
    return [
      `${key} is missing; expected the first of two places below ${priority} that no other rule of the listener has, for ${of("testers")}`,
    ];
  }
  if (testersPriorities(testersPriority).green < priority) return [];
  return [
    `${key} is ${testersPriority}; expected at most ${priority - 2}: both of its places are asked before ${own}.priority ${priority}`,
  ];
}

function headerFaults({ testers }: Settings, of: Name): string[] {
  if (testers === undefined || testers.header.length <= longestHeader) return [];
  return [
    `${of("testers.header")} has ${testers.header.length} characters; on aws a rule takes at most ${longestHeader}`,
  ];
}

/** Of services with a host in common, the one that is asked later must not take the testers of the one that is asked before it. */
function orderFaults(services: readonly [string, Service][], of: Name): string[] {
  return services.flatMap(([name, { hosts, priority, testersPriority }]) => {
    if (testersPriority === undefined) return [];
    const passed = services.find(
      ([, it]) =>
        it.priority > testersPriority && it.priority < priority && it.hosts.some((host) => hosts.includes(host)),
    );
    if (passed === undefined) return [];
    const [other, it] = passed;
    return [
      `${of(`aws.services.${name}.testersPriority`)} is ${testersPriority}, before ${other} with ${it.priority}, which has a host in common: its testers would reach ${name}; expected more than ${it.priority}`,
    ];
  });
}
