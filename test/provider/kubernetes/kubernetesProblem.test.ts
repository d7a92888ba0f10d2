import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { switchedServices } from "../../../components/kubernetes/names.ts";
import { KubernetesProblem } from "../../../provider/kubernetes/kubernetesProblem.ts";
import { readyPods } from "../../../provider/kubernetes/readEnvironments.ts";
import { ApiServer } from "./apiServer.ts";

describe("what a cluster does not answer", () => {
  let server: ApiServer;
  beforeEach(async () => {
    server = await ApiServer.start();
  });
  afterEach(() => server.stop());

  const read = () =>
    readyPods(server.access, switchedServices("shop", { api: 8080 }, "side"), "blue", new AbortController().signal);
  const passes = async () => {
    const error = await read().catch((thrown: unknown) => thrown);
    return error instanceof KubernetesProblem ? error.passes : error;
  };

  it.each([
    [503, true],
    [500, true],
    [429, true],
    [401, false],
    [403, false],
    [404, false],
  ])("with status %i passes by itself: %s", async (status, itself) => {
    server.refuse(status);
    expect(await passes()).toBe(itself);
  });
});
