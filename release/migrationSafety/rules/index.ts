import type { MigrationRule } from "../rule.ts";
import { addConstraint } from "./addConstraint.ts";
import { addEnumValue } from "./addEnumValue.ts";
import { addRequiredColumn } from "./addRequiredColumn.ts";
import { changeAllRows } from "./changeAllRows.ts";
import { changeType } from "./changeType.ts";
import { concurrentlyInTransaction } from "./concurrentlyInTransaction.ts";
import { createIndex } from "./createIndex.ts";
import { createTrigger } from "./createTrigger.ts";
import { dropColumn } from "./dropColumn.ts";
import { dropDefault } from "./dropDefault.ts";
import { dropIndex } from "./dropIndex.ts";
import { dropInUse } from "./dropInUse.ts";
import { dropTable } from "./dropTable.ts";
import { missingLockTimeout } from "./missingLockTimeout.ts";
import { narrowAccess } from "./narrowAccess.ts";
import { reindex } from "./reindex.ts";
import { cannotBeRead, editedApplied, expandAndContract } from "./releaseRules.ts";
import { rename } from "./rename.ts";
import { renameEnumValue } from "./renameEnumValue.ts";
import { rewriteTable } from "./rewriteTable.ts";
import { schemaAndRows } from "./schemaAndRows.ts";
import { setNotNull } from "./setNotNull.ts";
import { twoTables } from "./twoTables.ts";
import { unreadable } from "./unreadable.ts";
import { validateAtOnce } from "./validateAtOnce.ts";
import { volatileDefault } from "./volatileDefault.ts";

/** Rules that one statement is judged by, with what came before it. */
export const statementRules: readonly MigrationRule[] = [
  dropTable,
  dropColumn,
  rename,
  renameEnumValue,
  dropInUse,
  dropDefault,
  addRequiredColumn,
  narrowAccess,
  createTrigger,
  setNotNull,
  addConstraint,
  validateAtOnce,
  changeType,
  volatileDefault,
  createIndex,
  dropIndex,
  reindex,
  rewriteTable,
  changeAllRows,
  schemaAndRows,
  twoTables,
  missingLockTimeout,
  concurrentlyInTransaction,
  addEnumValue,
  unreadable,
];

/** Every rule, for lists and documentation. */
export const migrationRules: readonly Omit<MigrationRule, "check">[] = [
  ...statementRules,
  expandAndContract,
  editedApplied,
  cannotBeRead,
];
