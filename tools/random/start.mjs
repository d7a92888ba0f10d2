// Where node enters the stand-in for the `random` provider.
import { bundled } from "../bundled.mjs";

const bundle = bundled("random");
if (bundle === undefined) (await import("tsx/esm/api")).register();
await import(bundle ?? "./standin.ts");
