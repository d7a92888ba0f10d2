import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nameLimits, physicalName } from "../../../components/aws/physicalName.ts";

const kinds = Object.keys(nameLimits) as (keyof typeof nameLimits)[];
/** The longest that the settings allow. */
const longest = { prefix: `p${"x".repeat(30)}`, service: `s${"y".repeat(30)}` };

describe("the name of a thing in AWS", () => {
  it("is what its parts say when that fits", () => {
    expect(physicalName("targetGroup", "prod", "blue", "api")).toBe("prod-blue-api");
  });

  it("keeps within AWS's limits for the longest name of a stack and of a service", () => {
    for (const kind of kinds) {
      for (const environment of ["blue", "green"]) {
        const name = physicalName(kind, longest.prefix, environment, longest.service, "load-balancer-errors");
        expect(name.length, `${kind} ${name}`).toBeLessThanOrEqual(nameLimits[kind]);
      }
    }
    // AWS, "Quotas for your Application Load Balancers": 32 characters for load balancers and target groups.
    expect([nameLimits.loadBalancer, nameLimits.targetGroup]).toEqual([32, 32]);
  });

  it("stays two names where two long ones begin alike", () => {
    const [blue, green] = ["blue", "green"].map((it) => physicalName("targetGroup", longest.prefix, it, "api"));
    const [one, two] = ["a", "b"].map((it) => physicalName("targetGroup", "prod", "blue", `${longest.service}${it}`));
    expect(blue).not.toBe(green);
    expect(one).not.toBe(two);
    expect(one).toMatch(/^prod-blue-sy+-[0-9a-f]{8}$/);
  });

  it("does not take a name that had to be changed for one that is so by itself", () => {
    expect(physicalName("service", "my.stack", "api")).toMatch(/^my-stack-api-[0-9a-f]{8}$/);
    expect(physicalName("service", "my-stack", "api")).toBe("my-stack-api");
    expect(physicalName("service", "my_stack", "api")).not.toBe(physicalName("service", "my.stack", "api"));
  });

  it("is always one that AWS takes, and the same for the same parts", () => {
    const parts = fc.array(fc.string({ unit: "grapheme", maxLength: 80 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), parts, (kind, said) => {
        const name = physicalName(kind, ...said);
        expect(name).toMatch(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/);
        expect(name).not.toContain("--");
        expect(name.length).toBeLessThanOrEqual(nameLimits[kind]);
        expect(physicalName(kind, ...said)).toBe(name);
      }),
    );
  });
});
