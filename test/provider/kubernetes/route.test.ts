import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { httpRoute } from "../../../components/kubernetes/httpRoute.ts";
import { readRoute, sayBackends, sendsTo, weightsOf } from "../../../provider/kubernetes/route.ts";
import { type EnvironmentName, environmentNames } from "../../../release/environment.ts";
import { backends, testersRule } from "./objects.ts";

const percent = fc.integer({ min: 0, max: 100 });
const headers = fc.constantFrom("x-environment", "x-side", "x-tester");
const paths = fc.uniqueArray(fc.constantFrom("/", "/api", "/v2", "/api/v3"), { minLength: 1 });

type Made = ReturnType<typeof httpRoute>;

const versions = { blue: "v1.0.0", green: "v1.1.0-rc.1+7" };

/** A route as a stack makes it, as the API tells it. @param seconds how long users stay */
function made(green: number, on: readonly string[], header?: string, seconds?: number) {
  const about = { hosts: ["shop.example"], paths: on };
  const wishes = {
    ...(header === undefined ? {} : { testers: { header } }),
    ...(seconds === undefined ? {} : { sticky: { seconds, versions } }),
  };
  return httpRoute({ name: "public" }, about, backends, { blue: 100 - green, green }, environmentNames, wishes);
}

const seen = (rules: readonly unknown[]) =>
  readRoute({ metadata: { name: "shop-api" }, spec: { parentRefs: [{ name: "public" }], rules } } as object);

const anyRoute = fc.record({ green: percent, on: paths, header: headers });

describe("a route that a stack made", () => {
  it("says the same shares with testers as without, whatever their header and wherever their rules stand", () => {
    fc.assert(
      fc.property(anyRoute, fc.nat(5), ({ green, on, header }, at) => {
        const { rules } = made(green, on, header).spec;
        expect(rules).toHaveLength(3);
        const turned = [...rules.slice(at % 3), ...rules.slice(0, at % 3)];
        const route = seen(turned);
        const plain = seen(made(green, on).spec.rules);
        expect(weightsOf(route, backends)).toEqual({ blue: 100 - green, green });
        expect(sayBackends(route, backends)).toBe(sayBackends(plain, backends));
        for (const side of environmentNames) {
          expect(sendsTo(route, backends, side)).toBe(sendsTo(plain, backends, side));
        }
      }),
    );
  });
});

const shared = fc.record({
  green: fc.integer({ min: 1, max: 99 }),
  on: paths,
  seconds: fc.integer({ min: 1, max: 604_800 }),
});

describe("a route by which users stay with the version that answered first", () => {
  it("says the same shares as without, wherever its rules stand, and leads those who stay for it too", () => {
    fc.assert(
      fc.property(shared, fc.option(headers), fc.nat(5), ({ green, on, seconds }, header, at) => {
        const { rules } = made(green, on, header ?? undefined, seconds).spec;
        expect(rules).toHaveLength(header === null ? 3 : 5);
        const turned = [...rules.slice(at % rules.length), ...rules.slice(0, at % rules.length)];
        expect(weightsOf(seen(turned), backends)).toEqual({ blue: 100 - green, green });
        expect(environmentNames.every((side) => sendsTo(seen(turned), backends, side))).toBe(true);
      }),
    );
  });

  it("gives each side's cookie with answers by weight, and takes nobody for a user of another version there", () => {
    const { rules } = made(10, ["/"], undefined, 3_600).spec;
    const cookies = rules[0]?.backendRefs.map(
      ({ filters }) => filters?.[0]?.responseHeaderModifier.add[0]?.value ?? "",
    );
    const given = cookies?.map((it) => it.split(";")[0] ?? "") ?? [];
    expect(cookies?.map((it) => it.slice(it.indexOf(";")))).toEqual(
      Array(2).fill("; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax"),
    );
    const matching = (cookie: string) =>
      rules.slice(1).map(({ matches }) => new RegExp(matches[0]?.headers?.[0]?.value ?? "$^").test(cookie));
    const [blue = "", green = ""] = given;
    expect(matching(blue)).toEqual([true, false]);
    for (const cookie of [green, `theme=dark; ${green}`, `${green}; theme=dark`, `a=1;${green};b=2`]) {
      expect(matching(cookie)).toEqual([false, true]);
    }
    for (const cookie of [`x${green}`, `${green}0`, "greenlight-side=green", `other=${green}`, ""]) {
      expect(matching(cookie)).toEqual([false, false]);
    }
    const next = httpRoute(
      { name: "public" },
      { hosts: [], paths: ["/"] },
      backends,
      { blue: 90, green: 10 },
      environmentNames,
      {
        sticky: { seconds: 3_600, versions: { ...versions, green: "v1.1.0-rc.2" } },
      },
    );
    expect(next.spec.rules.slice(1).map(({ matches }) => matches[0]?.headers?.[0]?.value.includes(green))).toEqual([
      false,
      false,
    ]);
  });

  it("is as without where one side has all users", () => {
    for (const green of [0, 100]) expect(made(green, ["/"], undefined, 60)).toEqual(made(green, ["/"]));
  });

  it("has no shares that anybody could rely on while users are kept where no share is", () => {
    const [users] = made(100, ["/"]).spec.rules;
    const [, blue, green] = made(50, ["/"], undefined, 60).spec.rules;
    expect(weightsOf(seen([users, blue, green]), backends)).toBeUndefined();
    expect(weightsOf(seen([users, green]), backends)).toEqual({ blue: 0, green: 100 });
    expect(weightsOf(seen([users, { ...green, backendRefs: blue?.backendRefs }]), backends)).toBeUndefined();
  });
});

/** What somebody can make of a testers' rule, so that it is none any more. */
type Rule = Made["spec"]["rules"][number];
const other = (side: EnvironmentName) => (side === "blue" ? "green" : "blue");
const spoiled: Record<string, (rule: Rule, side: EnvironmentName) => unknown> = {
  "leads to the other side": ({ matches }, side) => ({ ...testersRule(other(side)), matches }),
  "leads to somebody's Service": (rule) => ({ ...rule, backendRefs: [{ name: "stranger", port: 80, weight: 1 }] }),
  "leads to both sides": (rule, side) => ({
    ...rule,
    backendRefs: [...rule.backendRefs, ...testersRule(other(side)).backendRefs],
  }),
  "leads nowhere": (rule) => ({ ...rule, backendRefs: [] }),
  "has no weight": (rule) => ({ ...rule, backendRefs: rule.backendRefs.map((it) => ({ ...it, weight: 0 })) }),
  "asks for no header": ({ backendRefs }) => ({ backendRefs }),
  "takes one path without the header": (rule) => ({
    ...rule,
    matches: [...rule.matches, { path: { type: "PathPrefix", value: "/open" } }],
  }),
  "asks for a pattern": (rule, side) => ({
    ...rule,
    matches: [{ headers: [{ type: "RegularExpression", name: "x-environment", value: side }] }],
  }),
  "asks for another value": (rule) => ({
    ...rule,
    matches: [{ headers: [{ type: "Exact", name: "x-environment", value: "beta" }] }],
  }),
  "asks for two headers": (rule, side) => ({
    ...rule,
    matches: [
      {
        headers: [
          { type: "Exact", name: "x-environment", value: side },
          { type: "Exact", name: "x-user", value: "7" },
        ],
      },
    ],
  }),
};

describe("a route with a rule that", () => {
  it.each(Object.entries(spoiled))("%s has no shares that anybody could rely on", (_, spoil) => {
    fc.assert(
      fc.property(anyRoute, fc.constantFrom(...environmentNames), ({ green, on, header }, side) => {
        const [users, ...testers] = made(green, on, header).spec.rules;
        const asked = testers.map((rule, at) => (environmentNames[at] === side ? spoil(rule, side) : rule));
        expect(weightsOf(seen([users, ...asked]), backends)).toBeUndefined();
      }),
    );
  });

  it("is for users is missed where only testers' are left", () => {
    const route = seen(made(0, ["/"], "x-environment").spec.rules.slice(1));
    expect(weightsOf(route, backends)).toBeUndefined();
    expect(sayBackends(route, backends)).toBe("nothing");
    expect(environmentNames.some((side) => sendsTo(route, backends, side))).toBe(false);
  });

  it("sends users somewhere is told by what it sends, also where it is none of the stack's", () => {
    const route = seen([...made(0, ["/"], "x-environment").spec.rules, { backendRefs: [{ name: backends.green }] }]);
    expect(sendsTo(route, backends, "green")).toBe(true);
    expect(sayBackends(route, backends)).toBe("shop-api-blue 100, shop-api-green 0, shop-api-green 1");
  });
});
