import type { Settings } from "../../config.ts";
import { migrationFaults } from "../../project/migrationSettings.ts";
import { databaseVariableNames } from "./databaseVariables.ts";
import type { AwsDatabaseSettings, AwsSettings } from "./settings.ts";

type Name = (key: string) => string;

/** What is wrong with the settings of a stack's database on AWS, and with who is told of it, a line each. */
export function databaseFaults(settings: Settings, aws: AwsSettings, of: Name): string[] {
  const { database } = aws;
  return [
    ...migrationFaults(database?.migration, Object.keys(settings.services), (key) => of(`aws.database.${key}`)),
    ...(database === undefined ? [] : groupFaults(database, of)),
    ...(database?.create === undefined ? [] : makingFaults(database, database.create, of)),
    ...tellingFaults(aws, of),
  ];
}

/** A database that is there has a security group; one that is made gets its own. */
function groupFaults({ create, instance, securityGroup }: AwsDatabaseSettings, of: Name): string[] {
  const key = of("aws.database.securityGroup");
  if (create === undefined) {
    const there = of(`aws.database.${instance === undefined ? "cluster" : "instance"}`);
    return securityGroup === undefined ? [`${key} is missing; expected the id of the security group of ${there}`] : [];
  }
  return securityGroup === undefined
    ? []
    : [`${key} stands beside ${of("aws.database.create")}, which makes a group of its own: take it out`];
}

/** RDS refuses these too, halfway through an update. */
function makingFaults(
  { port }: AwsDatabaseSettings,
  { storage, mostStorage }: NonNullable<AwsDatabaseSettings["create"]>,
  of: Name,
): string[] {
  const least = Math.ceil((storage * 11) / 10);
  return [
    ...(mostStorage >= least
      ? []
      : [
          `${of("aws.database.create.mostStorage")} is ${mostStorage} GiB; with ${of("aws.database.create.storage")} of ${storage} GiB RDS takes ${least} or more: raise it`,
        ]),
    ...(port >= 1_150
      ? []
      : [
          `${of("aws.database.port")} is ${port}; a database of ${of("aws.database.create")} has a port from 1150 on, such as 5432`,
        ]),
  ];
}

/** Who asks for the database's variables gets them from one place. */
function tellingFaults({ services, database }: AwsSettings, of: Name): string[] {
  return Object.entries(services)
    .filter(([, it]) => it.database)
    .flatMap(([name, { secrets }]) => {
      const asks = of(`aws.services.${name}.database`);
      if (database?.create === undefined) {
        return [
          `${asks} means nothing without ${of("aws.database.create")}: take it out, and tell the service of its database by ${of(`aws.services.${name}.secrets`)} and the manifest's env`,
        ];
      }
      return databaseVariableNames
        .filter((variable) => Object.hasOwn(secrets, variable))
        .map(
          (variable) =>
            `${of(`aws.services.${name}.secrets.${variable}`)} stands beside ${asks}, which sets it: take one of them out`,
        );
    });
}
