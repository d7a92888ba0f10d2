import { createServer } from "node:net";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { freePort } from "../../tools/freePort.ts";
import { hangsAfterMs } from "../patience.ts";

const module_ = pathToFileURL(new URL("../../tools/freePort.ts", import.meta.url).pathname).href;
const many = 400;

/** A process that is given many ports, tells them, and holds them until its input ends. */
const taking = `
  const { freePort } = await import(${JSON.stringify(module_)});
  const ports = [];
  for (let i = 0; i < ${many}; i++) ports.push(await freePort());
  console.log(JSON.stringify(ports));
  process.stdin.resume();
`;

function holder() {
  const child = execa(process.execPath, ["--import", "tsx/esm", "--input-type=module", "-e", taking], {
    stdin: "pipe",
    timeout: hangsAfterMs,
  });
  const told = new Promise<number[]>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.endsWith("\n")) resolve(JSON.parse(text));
    });
    child.catch(reject);
  });
  return { child, told };
}

describe("a free port", () => {
  it("is given to nobody else while its process runs, though nobody listens on it yet", async () => {
    const holders = [holder(), holder(), holder()];
    const ports = (await Promise.all(holders.map(({ told }) => told))).flat();
    for (const { child } of holders) child.stdin.end();
    await Promise.all(holders.map(({ child }) => child));
    expect(ports).toHaveLength(3 * many);
    expect(new Set(ports).size).toBe(3 * many);
  });

  it("can be listened on, and lies below those that systems give", async () => {
    const port = await freePort();
    expect(port).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
