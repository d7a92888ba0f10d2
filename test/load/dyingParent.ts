/** Starts a load, says its process id, and waits to be killed. */
import { LoadGenerator } from "../../rehearsal/load/client.ts";

const [url = ""] = process.argv.slice(2);
const load = await LoadGenerator.start({
  targets: [{ name: "api", url, weight: 1, paths: ["/a"] }],
  ratePerSecond: 50,
});
console.log(load.pid);
