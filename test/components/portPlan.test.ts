import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PortPlan, portPlan } from "../../components/local/portPlan.ts";
import { readSettings, type Settings } from "../../config.ts";
import { Problem } from "../../release/problem.ts";

const port = fc.integer({ min: 1024, max: 65535 });
const stacks = fc.record({
  ports: port,
  services: fc.dictionary(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/),
    fc.record({ port, instances: fc.integer({ min: 1, max: 20 }) }),
    { minKeys: 1, maxKeys: 6 },
  ),
  database: fc.option(fc.record({ port: fc.option(port, { nil: undefined }) }), { nil: undefined }),
});

/** Settings with those ports; undefined when the settings themselves are refused, two services on one port. */
function settingsOf(it: { ports: number; services: object; database: object | undefined }): Settings | undefined {
  try {
    return readSettings({
      "greenlight:live": "blue",
      "greenlight:ports": String(it.ports),
      "greenlight:services": JSON.stringify(it.services),
      ...(it.database === undefined ? {} : { "greenlight:database": JSON.stringify(it.database) }),
    });
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function everyPort(settings: Settings, plan: PortPlan): number[] {
  return [
    plan.admin,
    ...(plan.database === undefined ? [] : [plan.database]),
    ...Object.values(settings.services).map((it) => it.port),
    ...Object.values(plan.services).flatMap((it) => [it.direct.blue, it.direct.green, ...it.blue, ...it.green]),
  ];
}

describe("the plan of ports", () => {
  it("gives no port twice, none past 65535, and refuses where it would", () => {
    let planned = 0;
    fc.assert(
      fc.property(stacks, (it) => {
        const settings = settingsOf(it);
        fc.pre(settings !== undefined);
        try {
          const ports = everyPort(settings, portPlan(settings));
          expect(new Set(ports).size).toBe(ports.length);
          expect(Math.max(...ports)).toBeLessThanOrEqual(65535);
          planned += 1;
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect(error.message).toContain("choose another first port with greenlight:ports");
        }
      }),
      { numRuns: 500 },
    );
    expect(planned).toBeGreaterThan(100);
  });

  it("is the same for the same settings, and as many instances as asked", () => {
    fc.assert(
      fc.property(stacks, (it) => {
        const settings = settingsOf(it);
        fc.pre(settings !== undefined);
        let plan: PortPlan;
        try {
          plan = portPlan(settings);
        } catch {
          return; // refused: the property above
        }
        expect(portPlan(settings)).toEqual(plan);
        for (const [name, { instances }] of Object.entries(settings.services)) {
          expect(plan.services[name]?.blue).toHaveLength(instances);
          expect(plan.services[name]?.green).toHaveLength(instances);
        }
      }),
    );
  });

  it("does not move when a database comes or goes, so that no instance restarts for it", () => {
    const bare = settingsOf({ ports: 21_000, services: { api: { port: 8080 } }, database: undefined });
    const withOne = settingsOf({ ports: 21_000, services: { api: { port: 8080 } }, database: {} });
    expect(bare && portPlan(bare).services).toEqual(withOne && portPlan(withOne).services);
    expect(bare && portPlan(bare).database).toBeUndefined();
    expect(withOne && portPlan(withOne).database).toBe(21_001);
  });

  it("refuses a service's port inside the range, by both names", () => {
    const settings = settingsOf({ ports: 21_000, services: { api: { port: 21_003 } }, database: undefined });
    expect(() => settings && portPlan(settings)).toThrow(
      "Port 21003 of greenlight:services.api.port lies in the range that greenlight:ports 21000 opens.",
    );
  });

  it("refuses a range that runs past the last port", () => {
    const settings = settingsOf({ ports: 65_534, services: { api: { port: 8080 } }, database: undefined });
    expect(() => settings && portPlan(settings)).toThrow("Ports from greenlight:ports 65534 on run past 65535.");
  });
});
