import { expect, it } from "vitest";
import type { EnvironmentName, Weights } from "../../release/environment.ts";
import { exitCodes } from "../../release/exitCodes.ts";
import type { Config, Project } from "../engine/project.ts";

/** By which header testers of such a stack ask for a side. */
export const testers = { header: "x-environment" };

/** A stack of one service with two instances, v1 in blue serving and v2 deployed in green, on whatever platform. */
export interface StrategyStack {
  /** Runs the command; the stack is named already. */
  greenlight(...args: string[]): Promise<{ readonly exitCode: number | undefined; readonly said: string }>;
  /** Changes settings of the stack beside those of `live`, `share` and `room`, and updates it. */
  set(changes: Config): Promise<void>;
  /** A preview with other settings, which stay as they were; what it said, in one line. */
  refused(changes: Config): Promise<string>;
  /** Shares of users' traffic, as the platform says. */
  weights(): Promise<Weights | undefined>;
  /** Instances that each side was told to run. */
  instances(): Promise<Readonly<Record<EnvironmentName, number>>>;
  /** Where users of the service api reach it. */
  readonly address: string;
}

/** What a test of strategies does, and asserts of where the stack stands. */
function steps(stack: () => StrategyStack) {
  const done = async (...args: string[]) => {
    const { exitCode, said } = await stack().greenlight(...args);
    expect(exitCode, said).toBe(exitCodes.ok);
  };
  const back = () => done("rollback", "--reason", "to see the way back");
  const stands = async (green: number, instances: Readonly<Record<EnvironmentName, number>>) => {
    expect(await stack().weights()).toEqual({ blue: 100 - green, green });
    expect(await stack().instances()).toEqual(instances);
  };
  return { done, back, stands };
}

/** What every strategy does on every platform, by hand and step by step: nobody judges here. */
export function followsEveryStrategy(stack: () => StrategyStack): void {
  const { done, back, stands } = steps(stack);

  /** Testers get what they ask for, and nothing else, whatever the shares. */
  const testersReachBoth = async () => {
    for (const [side, version] of Object.entries({ blue: "v1", green: "v2" })) {
      const headers = { [testers.header]: side };
      for (let at = 0; at < 20; at += 1) {
        const answer = await fetch(stack().address, { headers, signal: AbortSignal.timeout(5_000) });
        expect(await answer.text()).toContain(version);
      }
    }
  };

  it("gives everything at once with blue/green, there and back, and leaves both sides at full size", async () => {
    await stack().set({ strategy: { kind: "blue-green" } });
    await stands(0, { blue: 2, green: 2 });
    await done("switch", "green");
    await stands(100, { blue: 2, green: 2 });
    await back();
    await stands(0, { blue: 2, green: 2 });
  });

  it("gives a share with a canary, more of it, and takes it back at once, with both sides at full size for testers too", async () => {
    await stack().set({ strategy: { kind: "canary" } });
    await done("switch", "green", "--share", "10");
    await stands(10, { blue: 2, green: 2 });
    await testersReachBoth();
    await done("switch", "green", "--share", "50");
    await stands(50, { blue: 2, green: 2 });
    await back();
    await stands(0, { blue: 2, green: 2 });
    await testersReachBoth();
  });

  rolls(stack);
}

/** What a rolling release does on every platform, by hand and step by step. */
export function rolls(stack: () => StrategyStack): void {
  const { done, back, stands } = steps(stack);

  it("has instances follow the share with rolling, to everything and back from it", async () => {
    await stack().set({ strategy: { kind: "rolling", rolling: { surge: 1 } } });
    await stands(0, { blue: 2, green: 1 });
    await done("switch", "green", "--share", "50");
    await stands(50, { blue: 1, green: 1 });
    await done("switch", "green");
    await stands(100, { blue: 1, green: 2 });
    await back();
    await stands(0, { blue: 2, green: 1 });
  });

  it("refuses traffic with rolling where its instances are not yet, and says what comes first", async () => {
    expect(await stack().refused({ share: "75" })).toContain(
      "green would get 75 % of users' traffic, which takes 2 instances of api, and has 1. Leave traffic as it is and set room to 75 first; move it in the next update.",
    );
    await stands(0, { blue: 2, green: 1 });
  });
}

/** What is the same on every platform: settings are changed in a file. @param up one update, as it must go */
export function bySettings(project: Project, up: () => Promise<unknown>): Pick<StrategyStack, "set" | "refused"> {
  return {
    async set(changes) {
      await project.set(changes);
      await up();
    },
    async refused(changes) {
      const before = project.config;
      await project.set(changes);
      const ran = await project.run("preview");
      await project.set(Object.fromEntries(Object.keys(changes).map((key) => [key, before[key]])));
      expect(ran.exitCode, ran.text).not.toBe(0);
      return ran.text.replace(/\s+/g, " ");
    },
  };
}
