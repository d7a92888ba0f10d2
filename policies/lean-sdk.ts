import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// Import this before "@pulumi/policy". Of the Pulumi SDK's index the policy SDK uses assets and outputs, but the index loads the
// Automation API and a compiler too: two thirds of the time that a pack takes to start, in every preview and update.
// The engine starts a pack in its own folder, as the policy SDK relies on as well.
const load = createRequire(join(process.cwd(), "package.json"));
const index = pathOf("@pulumi/pulumi");

if (index !== undefined && load.cache[index] === undefined) {
  const parts: Readonly<Record<string, () => unknown>> = {
    asset: () => load("@pulumi/pulumi/asset"),
    Output: () => (load("@pulumi/pulumi/output") as { Output: unknown }).Output,
  };
  const whole = (): object => {
    delete load.cache[index];
    return load(index) as object;
  };
  const lean = new Proxy(
    {},
    {
      get: (_, key) => {
        const part = typeof key === "string" && Object.hasOwn(parts, key) ? parts[key] : undefined;
        return part === undefined ? Reflect.get(whole(), key) : part();
      },
    },
  );
  const entry = {
    id: index,
    path: dirname(index),
    filename: index,
    loaded: true,
    children: [],
    paths: [],
    exports: lean,
  };
  load.cache[index] = entry as unknown as NodeJS.Module;
}

function pathOf(name: string): string | undefined {
  try {
    return load.resolve(name);
  } catch {
    return undefined; // elsewhere than where the engine starts a pack: then the whole index is loaded
  }
}
