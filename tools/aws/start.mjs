// Where node enters the stand-in for the `aws` provider.
import { start } from "../bundled.mjs";

await start("tools/aws/main.ts");
