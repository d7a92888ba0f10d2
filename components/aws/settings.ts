import { z } from "zod";
import { scalingSettings } from "../../project/scalingSettings.ts";
import {
  duration,
  flag,
  group,
  hosts,
  listOf,
  testAddresses,
  text,
  version,
  whole,
} from "../../project/settingKinds.ts";
import { database } from "./databaseSettings.ts";
import { frontend } from "./frontend/settings.ts";
import { network } from "./networkSettings.ts";
import { arn, securityGroup, tags } from "./settingKinds.ts";

const subnets = (what: string) =>
  listOf(
    text("a subnet's id such as subnet-0a1b2c3d", /^subnet-[0-9a-f]{8,17}$/),
    `a list of at least two subnets' ids, ${what}`,
    2,
    16,
  );

const cidrs = (expected: string) =>
  z
    .array(z.union([z.cidrv4(expected), z.cidrv6(expected)], expected), expected)
    .max(50, expected)
    .meta({ expected });

const listenerArn = () =>
  arn(
    "elasticloadbalancing",
    /listener\/app\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16}\/[0-9a-f]{16}/,
    "a listener of an application load balancer",
  );

const testListener = (environment: string) =>
  group(
    {
      listener: listenerArn().describe(`HTTPS listener whose rules reach ${environment} only.`),
      port: whole(1, 65_535).describe("Its port, for the smoke test's address."),
    },
    "{ listener: arn:…, port: 8443 }",
  );

const loadBalancer = group(
  {
    create: group(
      {
        subnets: subnets("in two zones or more")
          .optional()
          .describe(
            "Subnets of the load balancer: public ones, unless `internal`. Needed unless `network` says where.",
          ),
        certificate: text(
          "the ARN of a certificate",
          /^arn:aws[a-z-]*:(acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]{36}|iam::\d{12}:server-certificate\/[A-Za-z0-9_+=,.@/-]+)$/,
        ).describe(
          "Certificate of its listeners, of AWS Certificate Manager or IAM; it must hold every service's hosts.",
        ),
        public: cidrs("a list of address ranges, such as [0.0.0.0/0]")
          .default([])
          .describe("Who reaches port 443. Nobody unless it is said here."),
        tests: cidrs("a list of address ranges, such as [203.0.113.7/32]")
          .default([])
          .describe(
            "Who reaches the test listeners, port 8443 for blue and 8444 for green: where smoke tests come from.",
          ),
        internal: z
          .boolean("true or false")
          .meta({ expected: "true or false" })
          .default(false)
          .describe("Whether it has addresses inside the VPC only."),
      },
      "{ subnets: [subnet-…, subnet-…], certificate: arn:… }",
    )
      .optional()
      .describe("A load balancer of the stack's own. Either this or `existing`."),
    existing: group(
      {
        listener: listenerArn().describe("HTTPS listener that users reach; the stack adds a rule for each service."),
        blue: testListener("blue").describe("Test listener of blue."),
        green: testListener("green").describe("Test listener of green."),
        securityGroup: securityGroup().describe("The load balancer's security group: the services let it in."),
      },
      "{ listener: arn:…, blue: { … }, green: { … }, securityGroup: sg-… }",
    )
      .optional()
      .describe("A load balancer that is there already. Either this or `create`."),
    waf: arn("wafv2", /regional\/webacl\/[A-Za-z0-9_-]{1,128}\/[0-9a-f-]{36}/, "a web ACL for regional resources")
      .optional()
      .describe("Web ACL of AWS WAF that judges every request to the load balancer of `create`. Left out, none does."),
  },
  "{ create: { subnets: […], certificate: arn:… } }",
)
  .refine((it) => (it.create === undefined) !== (it.existing === undefined), "either create or existing, not both")
  .meta({ expected: "either create or existing" });

const secretExpected = "names of variables with the ARN of a secret each";

const service = group(
  {
    hosts: hosts(4).describe("Names under which users reach it; smoke tests use the first."),
    paths: listOf(
      text("a list of paths such as [/api/*]", /^\/[\x21-\x7e]{0,127}$/),
      "a list of paths such as [/api/*]",
      1,
      3,
    )
      .optional()
      .describe("Only these paths of its hosts. Left out, all."),
    addresses: testAddresses("Left out, the first of its hosts at the environment's test listener."),
    priority: whole(1, 50_000).describe("Place of its rule among those of the listener; the lowest is asked first."),
    testersPriority: whole(1, 49_999)
      .optional()
      .describe(
        "Place of the rules for testers, where `greenlight:testers` names a header: this one for blue, the next one for green. Both are asked before `priority`.",
      ),
    cpu: whole(256, 16_384).default(256).describe("CPU of a task in units; 1024 is one processor."),
    memory: whole(512, 122_880).default(512).describe("Memory of a task in MiB; AWS has a list for each cpu."),
    architecture: z
      .enum(["X86_64", "ARM64"], "X86_64 or ARM64")
      .meta({ expected: "X86_64 or ARM64" })
      .default("X86_64")
      .describe("What its image was built for."),
    secrets: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "a name of letters, digits and _"),
        arn("secretsmanager", /secret:[A-Za-z0-9/_+=.@!-]{1,512}(:[A-Za-z0-9_-]*:[A-Z]*:[A-Za-z0-9-]*)?/, "a secret"),
        secretExpected,
      )
      .meta({ expected: secretExpected, named: "variable" })
      .default({})
      .describe("Variables that ECS fills from Secrets Manager when a task starts; no value passes through the stack."),
    database: flag()
      .default(false)
      .describe(
        "Whether its tasks are told where the database of `database.create` is, and its user and password: DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, DATABASE_USER, DATABASE_PASSWORD, and DATABASE_SECRET to read those two anew.",
      ),
    scaling: scalingSettings("Tasks", "Use of CPU in percent that is aimed at."),
    taskRole: arn("iam", /role\/[A-Za-z0-9+=,.@_/-]{1,512}/, "a role")
      .optional()
      .describe(
        "Role of the service itself. Left out, one that may do nothing, or with `database` read the database's user and password.",
      ),
  },
  "{ hosts: [api.shop.example], priority: 10 }",
);

const awsServicesExpected =
  "the stack's services by name, such as { api: { hosts: [api.shop.example], priority: 10 } }";

/** Retention periods that CloudWatch Logs knows, in days. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const retentionExpected = `one of ${retentions.join(", ")} days`;

/** What the platform aws needs to know beside the common settings; the group `greenlight:aws`. */
export const awsSettings = group(
  {
    account: text("the 12 digits of an account, in quotes", /^\d{12}$/).describe(
      "The account it runs in; credentials of another one are refused.",
    ),
    region: text("a region such as eu-central-1", /^[a-z]{2}(-[a-z]+){1,2}-\d$/).describe("The region it runs in."),
    name: text("a name of a-z, 0-9 and -, at most 31 characters", /^(?!internal-)[a-z][a-z0-9-]{0,30}$/)
      .optional()
      .describe("Beginning of every name in AWS. Left out, the stack's name; two stacks of an account need two."),
    vpc: text("a VPC's id such as vpc-0a1b2c3d", /^vpc-[0-9a-f]{8,17}$/)
      .optional()
      .describe("The network it runs in. Needed unless `network` says where."),
    subnets: subnets("private ones, in two zones or more")
      .optional()
      .describe(
        "Subnets of the services' tasks. They need a way to the registry, Secrets Manager and CloudWatch. Needed unless `network` says where.",
      ),
    network: network.optional().describe("In place of ids: the network it runs in, found by tags or made."),
    cluster: arn("ecs", /cluster\/[A-Za-z0-9_-]{1,255}/, "an ECS cluster")
      .optional()
      .describe("Cluster that is there already. Left out, the stack makes one."),
    loadBalancer: loadBalancer.describe("What users' requests come through."),
    services: z
      .record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "a service's name"), service, awsServicesExpected)
      .meta({ expected: awsServicesExpected, named: "service" })
      .describe("What AWS needs to know of each of `services`."),
    database: database.optional().describe("The services' database, there already or made."),
    frontend: frontend
      .optional()
      .describe("Pages in a private bucket behind CloudFront, switched with the services and after them."),
    gates: group(
      {
        successes: whole(1, 100)
          .default(3)
          .describe(
            "Readings in a row in which every target must be healthy. With `interval` they should last longer than the load balancer takes to follow a change.",
          ),
        interval: duration("5s", 100).describe("Pause between two readings."),
        deadline: duration("15m", 1_000).describe("How long a gate waits."),
      },
      "{ successes: 3, deadline: 15m }",
    )
      .prefault({})
      .describe("The gates that an environment passes before it may serve."),
    alarms: group(
      {
        topic: arn("sns", /[A-Za-z0-9_-]{1,256}/, "an SNS topic")
          .optional()
          .describe("Topic that is told. Left out, the stack makes one, encrypted with a key of its own."),
        databaseCpu: whole(1, 100).default(90).describe("Alarm above this use of the database's CPU, in percent."),
        databaseConnections: whole(1, 100_000)
          .optional()
          .describe("Alarm above this many connections. Left out, none: the number depends on the instance's size."),
        databaseStorage: whole(1, 65_536)
          .default(10)
          .describe("Alarm below this much free storage of an instance, in GiB."),
      },
      "{ topic: arn:… }",
    )
      .prefault({})
      .describe("Alarms beside those of `thresholds`."),
    rollback: group(
      {
        for: duration("60m", 1_000).describe(
          "The bake: how long after a switch the no-go alarm of what serves moves traffic back by itself.",
        ),
        go: version()
          .optional()
          .describe("Version that was given its go: from then on nothing moves traffic away from it by itself."),
      },
      "{ for: 60m }",
    )
      .optional()
      .describe(
        "Traffic, and pages with it, go back by themselves, by a function in AWS, when the no-go alarm fires after a switch. Left out, they do not.",
      ),
    stopped: version()
      .optional()
      .describe(
        "Version that runs no task while it gets no traffic: what a side costs beside the one that serves. Left out, both sides run. A switch back starts it first, which takes minutes.",
      ),
    logs: z
      .number(retentionExpected)
      .refine((it) => retentions.includes(it), retentionExpected)
      .meta({ expected: "a number of days that CloudWatch knows, such as 30" })
      .default(30)
      .describe("Days that logs are kept."),
    tags: tags(
      /^(?!aws:)[A-Za-z0-9 _.:/=+@-]{1,128}$/,
      "tags, such as { team: shop }",
      "a tag's key, not starting with aws:",
    )
      .default({})
      .describe("Tags of everything that the stack makes."),
  },
  "{ account: …, region: eu-central-1, vpc: vpc-…, … }",
);

export type AwsSettings = z.infer<typeof awsSettings>;
export type AwsNetworkSettings = NonNullable<AwsSettings["network"]>;
export type AwsDatabaseSettings = NonNullable<AwsSettings["database"]>;
