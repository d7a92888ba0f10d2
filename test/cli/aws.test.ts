import { afterAll, describe, expect, it } from "vitest";
import { settings } from "../components/aws/shop.ts";
import { greenlight, Project } from "./project.ts";

const stackFile = ["config:", ...Object.entries(settings).map(([key, it]) => `  shop:${key}: ${JSON.stringify(it)}`)];

/** Nobody answers there, and nobody is asked anywhere else. */
const nobody = {
  AWS_ENDPOINT_URL: "http://127.0.0.1:9",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_MAX_ATTEMPTS: "1",
};

describe("a command on a stack on AWS", () => {
  const project = new Project({ prod: `${stackFile.join("\n")}\n  shop:blue: v1.0.0\n` });
  afterAll(() => project.remove());
  const run = (...args: string[]) => greenlight([...args, "--project", project.dir], nobody);

  it("that is to roll back says what could not be asked, where nobody answers, and fails", async () => {
    const { exitCode, stderr } = await run("rollback", "--reason", "checkout fails", "--yes");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("AWS did not tell what serves");
    expect(stderr).toContain("Nothing was changed.");
  });

  it("tells by status that what serves could not be read, and exits 7", async () => {
    const { exitCode, stdout } = await run("status", "--json");
    expect(exitCode).toBe(7);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      platform: "aws",
      stack: "prod",
      serves: { environment: null, weights: null },
      targets: null,
      asked: { environment: "blue", version: "v1.0.0" },
      reasons: [
        expect.stringContaining("AWS did not tell what serves"),
        expect.stringContaining("AWS did not tell the health of the targets"),
      ],
      notOffered: expect.arrayContaining(["alarms", "wayBack"]),
    });
  });

  it("names in words what a status has not on AWS", async () => {
    const { stdout } = await run("status");
    expect(stdout).toContain("what serves is not known");
    expect(stdout).toContain("not offered on aws yet: versions, alarms, since, wayBack");
  });

  it("is refused for wrong settings like anywhere", async () => {
    const wrong = new Project({ prod: `${stackFile.join("\n").replace("eu-central-1", "Frankfurt")}\n` });
    const { exitCode, stderr } = await wrong.run("status");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('shop:aws.region is "Frankfurt"; expected a region such as eu-central-1');
    wrong.remove();
  });
});
