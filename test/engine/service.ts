import type { Project } from "./project.ts";

/** A small server of the test's own: says its version; how it behaves is the text of its behaviour file. */
const server = `import { createServer } from "node:http";
import { readFileSync } from "node:fs";
const { PORT, HOST, VERSION, ENVIRONMENT } = process.env;
const behaviour = () => readFileSync(new URL("behaviour-" + VERSION, import.meta.url), "utf8").trim();
if (behaviour() === "never-listens") await new Promise((resolve) => setTimeout(resolve, 60_000));
const server = createServer((request, answer) => {
  const sick = behaviour() === "sick";
  const fails = (request.url === "/health" && sick) || (request.url === "/basket" && behaviour() === "baskets-fail");
  answer.writeHead(fails ? 503 : 200, { "x-version": VERSION, "x-environment": ENVIRONMENT });
  answer.end(JSON.stringify({ version: VERSION, status: sick ? "sick" : "ok" }));
});
server.listen(Number(PORT), HOST);
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
`;

const smoke = `const answer = await fetch(process.env.API_URL + "/");
const { version } = await answer.json();
if (version !== process.env.EXPECT_VERSION) throw new Error("expected " + process.env.EXPECT_VERSION + ", found " + version);
const { readFileSync } = await import("node:fs");
if (readFileSync(new URL("behaviour-" + version, import.meta.url), "utf8").trim() === "smoke-fails") {
  console.log("the basket is empty");
  process.exit(3);
}
`;

export type Behaviour = "well" | "sick" | "never-listens" | "smoke-fails" | "baskets-fail";

/** Writes the server and its releases into the project. */
export async function writeService(project: Project, versions: readonly string[]): Promise<void> {
  await project.write("service/package.json", '{ "type": "module" }');
  await project.write("service/server.js", server);
  await project.write("service/smoke.js", smoke);
  for (const version of versions) {
    await behave(project, version, "well");
    await project.write(
      `releases/${version}.yaml`,
      `version: ${version}
services:
  api: { directory: ../service, command: [node, server.js] }
smoke: { directory: ../service, command: [node, smoke.js], timeout: 10s }
`,
    );
  }
}

export async function behave(project: Project, version: string, behaviour: Behaviour): Promise<void> {
  await project.write(`service/behaviour-${version}`, behaviour);
}

/** Settings of a stack with that service; all its ports lie in `first` to `first + 19`, which no other file has: several run at once. */
export function serviceSettings(first: number): Record<string, unknown> {
  return {
    live: "blue",
    blue: "v1",
    services: { api: { port: first, instances: 2, drain: "1s", start: "30s" } },
    ports: String(first + 1),
    gates: { successes: 2, interval: "50ms", deadline: "30s" },
  };
}
