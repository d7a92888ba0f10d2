import { afterAll, beforeAll, expect, it } from "vitest";
import { ReadyRelease, refusals } from "./readyRelease.ts";

let release: ReadyRelease;
beforeAll(async () => {
  release = await ReadyRelease.make();
});
afterAll(() => release?.remove());

it("a release with all of its evidence passes every item, and so does its copy", async () => {
  expect(refusals(await release.verdict())).toEqual(new Map());
  const copy = release.copy();
  expect(refusals(await copy.verdict())).toEqual(new Map());
  copy.remove();
});
