import { deployAws } from "../../../components/aws/platform.ts";
import { readSettings } from "../../../config.ts";
import type { ProjectManifest } from "../../../project/readManifest.ts";
import { type Manifest, manifestSchema } from "../../../release/manifest.ts";
import { Problem } from "../../../release/problem.ts";
import { type Answers, type Recorded, record } from "../recorded.ts";

/** The digest of an image of a version: the same digit all through. */
export const digest = (version: string) => `sha256:${version.replace(/\D/g, "").slice(-1).repeat(64)}`;
export const image = (service: string, version: string) =>
  `123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/${service}@${digest(version)}`;

/** The manifest of a version of the shop as AWS takes it. */
export function manifest(version: string, database: Manifest["database"] = { tool: "none" }): ProjectManifest {
  return {
    manifest: {
      ...manifestSchema.parse({
        version,
        commit: "a".repeat(40),
        services: {
          api: { image: image("api", version), env: { LOG_LEVEL: "info", CURRENCY: "EUR" } },
          web: { image: image("web", version) },
        },
        smoke: { command: ["npm", "test"], env: { BASKETS: "2" } },
      }),
      database,
    },
    digest: version.replace(/\D/g, "").padEnd(64, "0"),
    file: `releases/${version}.yaml`,
  };
}

export const migrated: Manifest["database"] = { tool: "sql", directory: "/project/migrations" };

const own = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shared/0123456789abcdef";

/** The fewest settings of a stack on AWS, as a stack file holds them. */
export const settings = {
  platform: "aws",
  live: "blue",
  checklist: { level: "none" },
  services: { api: { port: 8080 }, web: { port: 3000, instances: 3, drain: "30s", health: { path: "/ready" } } },
  aws: {
    account: "123456789012",
    region: "eu-central-1",
    vpc: "vpc-0a1b2c3d",
    subnets: ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    loadBalancer: {
      create: {
        subnets: ["subnet-2a1b2c3d", "subnet-3a1b2c3d"],
        certificate: "arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
        public: ["0.0.0.0/0"],
        tests: ["203.0.113.7/32"],
      },
    },
    services: {
      api: { hosts: ["shop.example"], paths: ["/api/*"], priority: 10 },
      web: { hosts: ["shop.example"], priority: 20 },
    },
  },
} as const;

/** What a load balancer that is there already is named by. */
export const existing = {
  listener: `${own}/0000000000000001`,
  blue: { listener: `${own}/0000000000000002`, port: 9443 },
  green: { listener: `${own}/0000000000000003`, port: 9444 },
  securityGroup: "sg-0a1b2c3d",
};

export const database = {
  instance: "shop-production",
  securityGroup: "sg-9a1b2c3d",
  migration: {
    service: "api",
    command: ["npx", "prisma", "migrate", "deploy"],
    verify: ["npx", "prisma", "migrate", "status"],
    prints: "Database schema is up to date",
  },
};

/** The same, made by the stack and told to the service that migrates. */
export const ownDatabase = {
  database: { create: {}, migration: database.migration },
  services: { ...settings.aws.services, api: { ...settings.aws.services.api, database: true } },
};

/** Settings as the engine hands them over. */
export function config(all: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [
      `greenlight:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

/** The lines that name what is wrong. `aws` is laid over the group of that name; what is undefined is left out. */
export function faultsOf({
  aws = {},
  ...common
}: { aws?: Record<string, unknown> } & Record<string, unknown>): string[] {
  const all: Record<string, unknown> = { ...settings, ...common, aws: { ...settings.aws, ...aws } };
  for (const key of Object.keys(all)) if (all[key] === undefined) delete all[key];
  try {
    readSettings(config(all));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.happened
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

type Manifests = { blue?: ProjectManifest; green?: ProjectManifest };

/** Laid over the group `aws`, it takes out every word of where the stack runs. */
export const placeless = {
  vpc: undefined,
  subnets: undefined,
  loadBalancer: { create: { ...settings.aws.loadBalancer.create, subnets: undefined } },
};

/** What AWS answers of the zones of a region. */
export const zones: Answers = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
    names: ["eu-central-1c", "eu-central-1a", "eu-central-1b"],
  }),
};

/** What a stack on AWS asks for. `aws` is laid over the group of that name; what is undefined there is left out. */
export async function stack(
  manifests: Manifests,
  {
    aws = {},
    project = "/project",
    answers = {},
    ...common
  }: { aws?: Record<string, unknown>; project?: string; answers?: Answers } & Record<string, unknown> = {},
) {
  const all: Record<string, unknown> = { ...settings, ...common, aws: { ...settings.aws, ...aws } };
  for (const name of ["blue", "green"] as const) if (manifests[name]) all[name] = manifests[name].manifest.version;
  const read = readSettings(config(all));
  return record(
    () => deployAws({ stack: "prod", project, settings: read, manifests, checklist: { level: "none" } }),
    answers,
  );
}

/** The one resource of that type and name. */
export function one(resources: readonly Recorded[], type: string, name: string): Recorded {
  const found = resources.filter((it) => it.type === type && it.name === name);
  if (found.length !== 1) throw new Error(`${found.length} resources are ${type} ${name}`);
  return found[0] as Recorded;
}

/** Parent, type and name of each, sorted. */
export function tree(resources: readonly Recorded[]): string[] {
  return resources.map((it) => `${it.parent === "" ? "" : `${it.parent} > `}${it.type} ${it.name}`).sort();
}
