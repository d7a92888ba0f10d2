import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { backendFolder, stateFile } from "../../../cli/engine/backendFolder.ts";

it.each([
  ["a folder", "file:///var/state", "/var/state"],
  ["a folder with a space", "file:///var/the%20state", "/var/the state"],
  ["the home folder", "file://~", homedir()],
  ["a folder in the home folder", "file://~/state", join(homedir(), "state")],
  ["a folder of the project", "file://./state", "/project/state"],
  ["a bucket", "s3://bucket", undefined],
  ["a service", "https://backend.invalid", undefined],
  ["no setting", undefined, undefined],
])("a backend's folder: %s", (_, url, folder) => {
  expect(backendFolder(url, "/project")).toBe(folder);
});

it("keeps a stack's state in a file of its own, where the backend is a folder", () => {
  const of = (url: string | undefined) =>
    stateFile(url, { project: "/project", projectName: "shop", stack: "production" });
  expect(of("file:///var/state")).toBe("/var/state/.pulumi/stacks/shop/production.json");
  expect(of("s3://bucket")).toBeUndefined();
});
