// Where node enters the stand-in for the `random` provider.
import { start } from "../bundled.mjs";

await start("tools/random/standin.ts");
