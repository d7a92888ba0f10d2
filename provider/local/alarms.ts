import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

import { handler } from "../handler.ts";
import { folder } from "./folder.ts";
import { thresholdsShape } from "./thresholdsShape.ts";

const inputs = z.strictObject({
  dir: z.string(),
  services: z.array(z.string()).min(1),
  thresholds: thresholdsShape,
});
type Inputs = z.infer<typeof inputs>;

const record = inputs.omit({ dir: true });

/** The thresholds that `greenlight watch` judges by: it reads them back from here, not from settings. */
export const alarms = handler<Inputs, { armed: boolean }>({
  inputs,
  replaceOn: ["dir"],
  drifted: (state) => !state.armed,
  async create(_, it) {
    arm(it);
    return { id: alarmsFile(it.dir), outputs: { armed: true } };
  },
  async read(_, __, state) {
    const seen = tryReadAlarms(state.dir);
    if (seen === undefined) return undefined;
    if (seen === "unreadable") return { armed: false };
    const { dir: _dir, ...asked } = inputs.parse({
      dir: state.dir,
      services: state.services,
      thresholds: state.thresholds,
    });
    return { armed: JSON.stringify(seen) === JSON.stringify(asked) };
  },
  async update(_, __, ___, news) {
    arm(news);
    return { armed: true };
  },
  async delete(_, __, state) {
    rmSync(alarmsFile(state.dir), { force: true });
  },
});

/** The alarms that are armed for a stack, or nothing. */
export function readAlarms(dir: string): z.infer<typeof record> | undefined {
  try {
    return record.parse(JSON.parse(readFileSync(alarmsFile(dir), "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A spoiled file is drift to be mended, not a reason for a refresh to fail. */
function tryReadAlarms(dir: string): ReturnType<typeof readAlarms> | "unreadable" {
  try {
    return readAlarms(dir);
  } catch {
    return "unreadable";
  }
}

function arm({ dir, services, thresholds }: Inputs): void {
  const file = alarmsFile(dir);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.fresh`, `${JSON.stringify({ services, thresholds }, null, 2)}\n`);
  renameSync(`${file}.fresh`, file);
}

function alarmsFile(dir: string): string {
  return join(folder(dir).root, "alarms.json");
}
