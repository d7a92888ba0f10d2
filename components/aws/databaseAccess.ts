import * as pulumi from "../pulumi.ts";
import type { databaseVariables } from "./databaseVariables.ts";

/** How tasks reach the database of the stack's own. */
export interface DatabaseAccess {
  readonly host: pulumi.Input<string>;
  readonly port: number;
  /** Name of the database. */
  readonly name: string;
  /** ARN of the secret with user and password. */
  readonly secret: pulumi.Input<string>;
}

type Variables<Names extends readonly string[]> = Record<Names[number], pulumi.Input<string>>;

/** Plain variables of a task. RDS changes the password: a task that outlives it reads it anew from DATABASE_SECRET. */
export function databaseEnv({ host, port, name, secret }: DatabaseAccess): Variables<typeof databaseVariables.plain> {
  return { DATABASE_HOST: host, DATABASE_PORT: String(port), DATABASE_NAME: name, DATABASE_SECRET: secret };
}

/** Variables that ECS fills when a task starts, by what it reads: no value passes through the stack. */
export function databaseSecrets({ secret }: DatabaseAccess): Variables<typeof databaseVariables.secret> {
  return {
    DATABASE_USER: pulumi.interpolate`${secret}:username::`,
    DATABASE_PASSWORD: pulumi.interpolate`${secret}:password::`,
  };
}
