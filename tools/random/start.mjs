// Where node enters the stand-in for the `random` provider.
import { bundled } from "../bundled.mjs";

const bundle = bundled("tools/random/standin.ts");
if (bundle === undefined) (await import("tsx/esm/api")).register();
await import(bundle ?? "./standin.ts");
