import { describe, expect, it } from "vitest";
import { readSettings } from "../../../config.ts";
import { requireStartable } from "../../../project/servicesMatch.ts";
import { config, database, faultsOf, manifest, ownDatabase, settings } from "./shop.ts";

const { instance: _, securityGroup, ...withoutName } = database;
const { api } = ownDatabase.services;
const faults = (aws: Record<string, unknown>) => faultsOf({ aws: { ...ownDatabase, ...aws } });
const created = (create: object, more: object = {}) => ({ database: { create, ...more } });
const kmsKey = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";

describe("the settings of a database of the stack's own", () => {
  it("are a group that may be empty", () => {
    expect(faults({})).toEqual([]);
    expect(readSettings(config({ ...settings, aws: { ...settings.aws, ...ownDatabase } })).aws?.database).toMatchObject(
      {
        create: {
          name: "app",
          version: 17,
          class: "db.t4g.medium",
          storage: 20,
          mostStorage: 100,
          multiAz: true,
          backups: 14,
        },
        port: 5432,
      },
    );
  });

  it.each([
    [
      "two databases",
      { database: { ...database, create: {} } },
      "greenlight:aws.database is a group of keys; expected exactly one of instance, cluster and create",
    ],
    ["none of them", { database: { port: 5432 } }, "expected exactly one of instance, cluster and create"],
    [
      "a security group beside one that is made",
      created({}, { securityGroup }),
      "greenlight:aws.database.securityGroup stands beside greenlight:aws.database.create, which makes a group of its own: take it out",
    ],
    [
      "an instance without its security group",
      { database: { ...withoutName, instance: "shop" }, services: settings.aws.services },
      "greenlight:aws.database.securityGroup is missing; expected the id of the security group of greenlight:aws.database.instance",
    ],
    [
      "a cluster without its security group",
      { database: { ...withoutName, cluster: "shop" }, services: settings.aws.services },
      "expected the id of the security group of greenlight:aws.database.cluster",
    ],
    [
      "storage without room to grow",
      created({ storage: 95 }),
      "greenlight:aws.database.create.mostStorage is 100 GiB; with greenlight:aws.database.create.storage of 95 GiB RDS takes 105 or more: raise it",
    ],
    [
      "a port that RDS does not give",
      created({}, { port: 1_100 }),
      "greenlight:aws.database.port is 1100; a database of greenlight:aws.database.create has a port from 1150 on, such as 5432",
    ],
    [
      "a key of another region",
      created({ kmsKey }),
      "greenlight:aws.database.create.kmsKey is in us-east-1; expected eu-central-1",
    ],
    [
      "backups for a day",
      created({ backups: 1 }),
      "greenlight:aws.database.create.backups is 1; expected a whole number from 7 to 35",
    ],
    ["a version that nobody keeps up", created({ version: 12 }), "expected a whole number from 14 to 18"],
    [
      "a class of another thing",
      created({ class: "m7g.large" }),
      "expected a class of instances such as db.t4g.medium",
    ],
    ["PostgreSQL's own database", created({ name: "postgres" }), "not one of PostgreSQL's own"],
    [
      "a service that asks for the team's database",
      { database },
      "greenlight:aws.services.api.database means nothing without greenlight:aws.database.create: take it out, and tell the service of its database by greenlight:aws.services.api.secrets and the manifest's env",
    ],
    [
      "a variable from two places",
      {
        services: {
          ...ownDatabase.services,
          api: {
            ...api,
            secrets: { DATABASE_PASSWORD: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-AbCdEf" },
          },
        },
      },
      "greenlight:aws.services.api.secrets.DATABASE_PASSWORD stands beside greenlight:aws.services.api.database, which sets it: take one of them out",
    ],
  ])("are not %s", (_, aws, expected) => {
    const found = faults(aws);
    expect(found, found.join("\n")).toEqual([expect.stringContaining(expected)]);
  });

  it("stand beside no manifest that sets the same variables", () => {
    const read = readSettings(config({ ...settings, aws: { ...settings.aws, ...ownDatabase }, blue: "v1" }));
    const it = manifest("v1");
    const { api: service, web } = it.manifest.services;
    const services = { web, api: { ...service, env: { DATABASE_HOST: "elsewhere" } } } as typeof it.manifest.services;
    expect(() => requireStartable(read, { blue: { ...it, manifest: { ...it.manifest, services } } })).toThrow(
      "services.api.env.DATABASE_HOST is set by aws.services.api.database: take one out (releases/v1.yaml)",
    );
    expect(() => requireStartable(read, { blue: it })).not.toThrow();
  });

  it("need no secret of RDS in other hands: a service of a database that is there names that secret itself", () => {
    const managed = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!db-0123-AbCdEf:password::";
    const services = {
      ...settings.aws.services,
      api: { ...settings.aws.services.api, secrets: { PGPASSWORD: managed } },
    };
    expect(faults({ database, services })).toEqual([]);
  });
});
