#!/usr/bin/env node
// The `greenlight` executable: checks what it needs to run at all, then hands over to main.ts or its bundle.
import { start } from "../tools/bundled.mjs";
import { modulesAreCurrent, nodeComplaint, root, say } from "../tools/requirements.mjs";

const complaint =
  nodeComplaint() ??
  (modulesAreCurrent()
    ? undefined
    : `The packages that Greenlight is made of are missing or not those of package-lock.json.\nWhere: ${root}node_modules\nNext: npm ci --prefix ${root}`);

if (complaint === undefined) {
  await start("cli/main.ts");
} else {
  say(complaint);
  process.exitCode = 8;
}
