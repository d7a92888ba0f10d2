import { access, constants } from "node:fs/promises";
import { join } from "node:path";

/** The user's own Prisma command line, if the project has it installed. */
export async function findPrismaCli(projectDirectory: string | undefined): Promise<string | undefined> {
  if (projectDirectory === undefined) return undefined;
  const file = join(projectDirectory, "node_modules", ".bin", "prisma");
  return access(file, constants.X_OK).then(
    () => file,
    () => undefined,
  );
}
