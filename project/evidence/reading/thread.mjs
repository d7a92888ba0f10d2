// Where a reading thread begins: a thread of Node 20 does not inherit what reads TypeScript.
const { register } = await import("tsx/esm/api");
register();
await import("./thread.ts");
