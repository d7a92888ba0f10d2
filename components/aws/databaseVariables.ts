/** Variables by which a service's tasks reach the database of the stack's own: plain ones, and those that ECS fills from its secret. */
export const databaseVariables = {
  plain: ["DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_SECRET"],
  secret: ["DATABASE_USER", "DATABASE_PASSWORD"],
} as const;

/** All of them: where a service asks for the database, nothing else may set them. */
export const databaseVariableNames: readonly string[] = [...databaseVariables.plain, ...databaseVariables.secret];
