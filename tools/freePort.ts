import { createServer } from "node:net";

/** A port on loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const at = probe.address();
      resolve(typeof at === "object" && at !== null ? at.port : 0);
    });
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
