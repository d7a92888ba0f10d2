import { freePort } from "../../tools/freePort.ts";
import type { ShopPorts } from "./followedGround.ts";

/** Ports of this machine that nobody has, for users and tests of the shop. */
export async function freeShopPorts(): Promise<ShopPorts> {
  const sides = async () => ({ blue: await freePort(), green: await freePort() });
  return { users: { api: await freePort(), web: await freePort() }, api: await sides(), web: await sides() };
}
