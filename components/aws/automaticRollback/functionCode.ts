import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { RollbackFacts } from "../../../lambda/rollback/handler.ts";
import * as pulumi from "../../pulumi.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
let bundled: string | undefined;

/**
 * The function's program in one file, without the AWS SDK, which Lambda's runtime brings along. The same sources give the same text, so
 * that an update changes the function only when it changes.
 */
export function rollbackProgram(): string {
  if (bundled !== undefined) return bundled;
  // Loaded only where a stack has the function: the bundler is a program of its own.
  const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  const { outputFiles, warnings } = buildSync({
    absWorkingDir: root,
    entryPoints: ["lambda/rollback/handler.ts"],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    charset: "utf8",
    external: ["@aws-sdk/*"],
    legalComments: "inline",
    minifySyntax: true,
    minifyWhitespace: true,
    write: false,
    logLevel: "silent",
  });
  const [program] = outputFiles;
  if (program === undefined || warnings.length > 0) {
    throw new Error(`lambda/rollback cannot be bundled: ${warnings.map(({ text }) => text).join("; ")}`);
  }
  bundled = program.text;
  return bundled;
}

/** What is uploaded: the program, and beside it the facts of the stack that it works for. */
export function rollbackCode(facts: pulumi.Output<RollbackFacts>) {
  const index = facts.apply(
    (it) =>
      new pulumi.asset.StringAsset(
        `import { rollbackHandler } from "./rollback.mjs";\nexport const handler = rollbackHandler(${JSON.stringify(it)});\n`,
      ),
  );
  return index.apply(
    (it) =>
      new pulumi.asset.AssetArchive({
        "index.mjs": it,
        "rollback.mjs": new pulumi.asset.StringAsset(rollbackProgram()),
      }),
  );
}
