import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { BuildOptions } from "esbuild";
import type { RollbackFacts } from "../../../lambda/rollback/handler.ts";
import * as pulumi from "../../pulumi.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const bundled = new Map<string, string>();

/**
 * The function's program in one file, without the AWS SDK, which Lambda's runtime brings along. The same sources give the same text, so
 * that an update changes the function only when it changes.
 */
export function rollbackProgram(): string {
  return bundle("lambda/rollback/handler.ts", { external: ["@aws-sdk/*"] });
}

/**
 * What moves pages, in a file of its own that is loaded when the services are back. It brings its part of the SDK along: the signatures
 * that the stores ask for come with no runtime, and they and their client must be of one piece. That is a third of a
 * megabyte, with short names in place of the SDK's own.
 */
export function pagesProgram(): string {
  return bundle("lambda/rollback/pages.ts", { minifyIdentifiers: true });
}

function bundle(source: string, options: Pick<BuildOptions, "external" | "minifyIdentifiers">): string {
  const before = bundled.get(source);
  if (before !== undefined) return before;
  // Loaded only where a stack has the function: the bundler is a program of its own.
  const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  const { outputFiles, warnings } = buildSync({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    // Modules hold together as one; the SDK's other form of itself asks for parts of Node in a way that they cannot.
    mainFields: ["module", "main"],
    charset: "utf8",
    ...options,
    legalComments: "inline",
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    logLevel: "silent",
  });
  const [program] = outputFiles;
  if (program === undefined || warnings.length > 0) {
    throw new Error(`${source} cannot be bundled: ${warnings.map(({ text }) => text).join("; ")}`);
  }
  bundled.set(source, program.text);
  return program.text;
}

/** What is uploaded: the programs, and beside them the facts of the stack that they work for. */
export function rollbackCode(facts: pulumi.Output<RollbackFacts>) {
  return facts.apply((it) => {
    const pages = it.pages === undefined ? "" : ', () => import("./pages.mjs")';
    const file = (text: string) => new pulumi.asset.StringAsset(text);
    return new pulumi.asset.AssetArchive({
      "index.mjs": file(
        `import { rollbackHandler } from "./rollback.mjs";\nexport const handler = rollbackHandler(${JSON.stringify(it)}${pages});\n`,
      ),
      "rollback.mjs": file(rollbackProgram()),
      ...(it.pages === undefined ? {} : { "pages.mjs": file(pagesProgram()) }),
    });
  });
}
