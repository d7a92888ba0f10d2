// Where node enters the stand-in for the `kubernetes` provider.
import { start } from "../bundled.mjs";

await start("tools/kubernetes/main.ts");
