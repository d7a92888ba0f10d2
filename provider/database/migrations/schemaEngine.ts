import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";
import { z } from "zod";

/** What Prisma's schema engine offers, as far as we use it. */
export interface PrismaEngine {
  applyMigrations: SchemaEngine["applyMigrations"];
  free(): void;
}

const bindingsShape = z.looseObject({
  __wbg_set_wasm: z.custom<(exports: unknown) => void>((value) => typeof value === "function"),
  SchemaEngine: z.custom<{ new: (...args: unknown[]) => Promise<PrismaEngine> }>(
    (value) => typeof value === "function",
  ),
});

/** Node's WebAssembly, for which its type package has no declarations. */
interface Wasm {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
}

let loading: Promise<z.infer<typeof bindingsShape>> | undefined;

/** Loads the engine once; it is 5 MB, so only when it is needed. Node cannot import a `.wasm` by itself. */
function load(): Promise<z.infer<typeof bindingsShape>> {
  loading ??= (async () => {
    const script = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
    const namespace: unknown = await import(pathToFileURL(script).href);
    const bindings = bindingsShape.parse(namespace);
    const bytes = await readFile(script.replace(/\.js$/, ".wasm"));
    const wasm = Reflect.get(globalThis, "WebAssembly") as Wasm;
    const { instance } = await wasm.instantiate(bytes, { "./schema_engine_bg.js": namespace });
    bindings.__wbg_set_wasm(instance.exports);
    const start = instance.exports.__wbindgen_start;
    if (typeof start === "function") start();
    return bindings;
  })();
  return loading;
}

/** Loads what {@link openPrismaEngine} needs, for a caller that waits for something else meanwhile. */
export async function prepareEngine(): Promise<void> {
  await Promise.all([load(), import("@prisma/driver-adapter-utils")]);
}

/** Prisma's real schema engine on an adapter of ours. The caller frees it. */
export async function openPrismaEngine(adapter: () => Promise<SqlDriverAdapter>): Promise<PrismaEngine> {
  const { SchemaEngine } = await load();
  const { bindMigrationAwareSqlAdapterFactory } = await import("@prisma/driver-adapter-utils");
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: "postgres",
    adapterName: "@prisma/adapter-pg",
    connect: adapter,
    // Nothing we call needs one, and one by mistake could touch the real database.
    connectToShadowDb: () => Promise.reject(new Error("no shadow database is used")),
  };
  return SchemaEngine.new({ datamodels: undefined }, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
}
