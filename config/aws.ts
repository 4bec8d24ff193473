/** The keys below `foobar:aws`: read by cloud `aws` only. Pure. */
import { z } from "zod";
import { hostNameText, textLike } from "./fields.ts";
import { secretText } from "./secret.ts";

const zoneName = () =>
  textLike(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "the name of an availability zone, such as eu-west-1a");

const instanceType = () =>
  textLike(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an EC2 instance type, such as t3.small");

const image = z.strictObject({
  id: textLike(/^(latest|ami-([0-9a-f]{8}|[0-9a-f]{17}))$/, "the id of an image (ami-...), or latest").meta({
    description:
      "Image of the servers: Debian 13, or one made of it. `latest` takes Debian's newest at each `pulumi up`, so that the servers roll when there is one.",
    example: "ami-0123456789abcdef0",
  }),
  architecture: z
    .enum(["x86_64", "arm64"])
    .default("x86_64")
    .meta({ description: "Processor that the image and the instance types are for." }),
  prepared: z.boolean().default(false).meta({
    description:
      "Whether the image holds all packages and agents (docs/aws-operations.md says how to make one). Then a server starts sooner and needs nothing from the internet.",
  }),
});

const instanceTypes = z.strictObject({
  small: instanceType().default("t3.small").meta({ description: "Instance type of size `small`." }),
  medium: instanceType().default("m7i.large").meta({ description: "Instance type of size `medium`." }),
  large: instanceType().default("m7i.xlarge").meta({ description: "Instance type of size `large`." }),
});

const balancer = z.strictObject({
  tlsPolicy: textLike(/^ELBSecurityPolicy-[A-Za-z0-9-]+$/, "the name of an ELB security policy")
    .optional()
    .meta({
      description:
        "TLS versions and ciphers of the listener. Left out: `ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09` (TLS 1.2 with forward secrecy and AEAD, TLS 1.3, hybrid post-quantum key exchange), or its TLS 1.3 form when `tls.minimumVersion` is 1.3.",
      example: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    }),
  desyncMode: z.enum(["monitor", "defensive", "strictest"]).default("strictest").meta({
    description: "What becomes of requests that two parsers may read differently (request smuggling).",
  }),
  slowStartSeconds: z
    .union([z.literal(0), z.int().min(30).max(900)])
    .default(30)
    .meta({
      unit: "seconds",
      form: "0 (off), or a whole number from 30 to 900 (seconds)",
      description: "Time over which a new server is brought to its full share of requests.",
    }),
  logDays: z.int().min(1).max(3650).default(90).meta({
    unit: "days",
    description: "How long access, connection and health-check logs are kept.",
  }),
});

const dayAndTime = "(mon|tue|wed|thu|fri|sat|sun):([01]\\d|2[0-3]):[0-5]\\d";

const database = z.strictObject({
  kind: z.enum(["cluster", "instance", "aurora"]).default("cluster").meta({
    description:
      "`cluster`: RDS Multi-AZ DB cluster, one writer and two readable standbys in three zones, fail-over typically under 35 s. `instance`: one writer and a standby that cannot be read. `aurora`: Aurora MySQL with a writer and two readers. Changing it replaces the database.",
  }),
  engineVersion: textLike(/^\d+\.\d+[\w.]*$/, "an engine version, such as 8.4")
    .default("8.4")
    .meta({
      description:
        "Version of MySQL; minor versions follow in the maintenance window. Aurora counts differently: `8.0.mysql_aurora.3.10.0`.",
    }),
  instanceClass: textLike(/^db\.[a-z0-9-]+\.[a-z0-9]+$/, "an RDS instance class, such as db.r6gd.large")
    .default("db.c6gd.medium")
    .meta({
      description:
        "Size of each database node. A `cluster` takes classes with local storage (`...gd`, `...d`), an `instance` any but db.c6gd, `aurora` db.r, db.t and db.x.",
    }),
  storageGiB: z.int().min(20).max(65_536).default(100).meta({
    unit: "GiB",
    description: "Storage of each node (Aurora grows by itself).",
  }),
  iops: z.int().min(1000).max(256_000).optional().meta({
    unit: "I/O operations per second",
    description:
      "Provisioned operations (storage io1, from 100 GiB on, 0.5 to 50 for each GiB). Left out: gp3 with what it includes.",
    example: 3000,
  }),
  maintenanceWindow: textLike(
    new RegExp(`^${dayAndTime}-${dayAndTime}$`),
    "a weekly window in UTC, such as sun:04:30-sun:05:30",
  )
    .default("sun:04:30-sun:05:30")
    .meta({ unit: "UTC", description: "When minor versions and changes that need a restart are applied." }),
  applyImmediately: z.boolean().default(false).meta({
    description: "Whether changes that need a restart are applied at once and not in the maintenance window.",
  }),
  proxy: z.boolean().default(false).meta({
    description: "Whether an RDS Proxy stands before the database: it holds connections over a fail-over.",
  }),
  rotateMasterDays: z.int().min(1).max(1000).default(30).meta({
    unit: "days",
    description: "How often RDS changes the master password, which it keeps in Secrets Manager.",
  }),
  insightsDays: z
    .union([z.literal(7), z.literal(731)])
    .default(7)
    .meta({ unit: "days", description: "How long Performance Insights keeps what it saw; 7 costs nothing." }),
  monitoringSeconds: z
    .union([z.literal(1), z.literal(5), z.literal(10), z.literal(15), z.literal(30), z.literal(60)])
    .default(60)
    .meta({ unit: "seconds", description: "How often enhanced monitoring looks at the nodes." }),
});

const count = (unit: string, description: string, example: number) =>
  z
    .number()
    .min(0)
    .optional()
    .meta({ unit, description: `Alarm when ${description}.`, example });

const thresholds = z.strictObject({
  p99Seconds: count("seconds", "the slowest 1 % of answers take longer", 1),
  errorRatio: count("ratio, 0 to 1", "a larger share of requests ends with a 5xx", 0.01),
  healthyServers: count("servers", "fewer servers are healthy", 2),
  replicaLagSeconds: count("seconds", "a readable standby is further behind the writer", 10),
  databaseConnections: count("connections", "more connections are open on a node", 200),
  databaseCpuPercent: count("percent", "a database node is busier", 80),
  databaseMemoryFreeMiB: count("MiB", "a database node has less memory free", 256),
  databaseStorageFreeGiB: count("GiB", "a database node has less storage free", 20),
  certificateDays: count("days", "a certificate ends sooner", 20),
  deniedPackets: count("packets a minute", "the servers' firewalls refuse more", 600),
  rejectedConnections: count("flows a minute", "the network's security groups refuse more", 3000),
  wafBlocked: count("requests a minute", "the web application firewall stops more", 300),
  cpuPercent: count("percent", "a server is busier", 85),
  memoryPercent: count("percent", "a server uses more of its memory", 90),
  diskPercent: count("percent", "a server's disk is fuller", 85),
});

const alarms = z.strictObject({
  emails: z
    .array(z.email().meta({ form: "an e-mail address", example: "operations@example.com" }))
    .default([])
    .meta({ description: "Who is told. Each must confirm once, by a link that AWS sends." }),
  thresholds: thresholds
    .prefault({})
    .meta({ description: "A signal without a threshold is drawn and raises no alarm." }),
});

const agentPackage = (name: string, example: string) =>
  z.strictObject({
    url: textLike(/^https:\/\/\S+\.deb$/, "an https:// URL of a Debian package").meta({
      description: `Where the package of ${name} lies.`,
      example,
    }),
    sha256: textLike(/^[0-9a-f]{64}$/, "a SHA-256 digest in 64 lower-case hexadecimal digits")
      .optional()
      .meta({
        description: "Digest of the package: a server refuses any other. Left out: only TLS vouches for it.",
        example: "0".repeat(64),
      }),
  });

const pemExample = "-----BEGIN CERTIFICATE-----...-----END CERTIFICATE-----";

const certificate = z.strictObject({
  certificate: z.string().includes("BEGIN CERTIFICATE").meta({
    form: "a certificate, PEM",
    description: "The visitors' certificate, PEM.",
    example: pemExample,
  }),
  chain: z
    .string()
    .includes("BEGIN CERTIFICATE")
    .optional()
    .meta({ form: "certificates, PEM", description: "Intermediate certificates, PEM.", example: pemExample }),
  key: secretText().meta({ description: "Its private key, PEM." }),
});

/** Everything that cloud `aws` wants to know. */
export const awsSchema = z.strictObject({
  accountId: textLike(/^\d{12}$/, "the 12 digits of an AWS account")
    .optional()
    .meta({
      description:
        "The only account in which this stack may stand: with any other credentials nothing happens.",
      example: "123456789012",
    }),
  region: textLike(/^[a-z]{2}(-[a-z]+)+-\d$/, "the name of an AWS region, such as eu-west-1").meta({
    description: "Where the stack stands.",
    example: "eu-west-1",
  }),
  zones: z
    .strictObject({
      a: zoneName().meta({ description: "Availability zone a.", example: "eu-west-1a" }),
      b: zoneName().meta({ description: "Availability zone b.", example: "eu-west-1b" }),
      c: zoneName().meta({ description: "Availability zone c.", example: "eu-west-1c" }),
    })
    .meta({ description: "The region's zones behind the letters; three, because the database wants three." }),
  hostedZone: hostNameText().optional().meta({
    description:
      "Name of the public Route 53 zone that holds `domain`; must be there. Left out: no DNS record is made, and `certificate` must be given.",
    example: "foobar.com",
  }),
  certificate: certificate.optional().meta({
    description:
      "A visitors' certificate of your own. Left out: ACM issues one and renews it. `tls.mode: passthrough` needs one, since ACM keeps its keys to itself.",
  }),
  nat: z.enum(["none", "one", "per-zone"]).default("one").meta({
    description:
      "How servers reach the internet: not at all (AWS's services by private endpoints; needs `image.prepared`), by one NAT gateway, or by one a zone.",
  }),
  image: image.meta({ description: "What the servers start from." }),
  instanceTypes: instanceTypes.prefault({}).meta({ description: "What a server's size means." }),
  diskGiB: z.int().min(8).max(1000).default(16).meta({ unit: "GiB", description: "Disk of each server." }),
  balancer: balancer.prefault({}).meta({ description: "The managed load balancer." }),
  waf: z
    .strictObject({
      mode: z.enum(["off", "count", "block"]).default("block").meta({
        description: "Whether requests that match a rule are stopped, only counted, or not looked at.",
      }),
    })
    .prefault({})
    .meta({ description: "The web application firewall before an ALB." }),
  database: database.prefault({}).meta({ description: "The managed database." }),
  deletionProtection: z.boolean().default(true).meta({
    description:
      "Whether balancer, database, keys and buckets refuse to be deleted. Must be switched off by an `up` of its own before `pulumi destroy`.",
  }),
  alarms: alarms.prefault({}).meta({ description: "Who is told of what." }),
  agents: z
    .strictObject({
      ssm: agentPackage(
        "the SSM agent",
        "https://s3.eu-west-1.amazonaws.com/amazon-ssm-eu-west-1/latest/debian_amd64/amazon-ssm-agent.deb",
      )
        .optional()
        .meta({ description: "Left out: the newest of the region's own bucket." }),
      cloudWatch: agentPackage(
        "the CloudWatch agent",
        "https://amazoncloudwatch-agent-eu-west-1.s3.eu-west-1.amazonaws.com/debian/amd64/latest/amazon-cloudwatch-agent.deb",
      )
        .optional()
        .meta({ description: "Left out: the newest of the region's own bucket." }),
      sumoLogic: agentPackage(
        "Sumo Logic's distribution of the OpenTelemetry Collector",
        "https://packages.example.com/otelcol-sumo_amd64.deb",
      )
        .optional()
        .meta({
          description: "Needed where `monitoring.sumoLogic` is given and the image does not hold it.",
        }),
    })
    .prefault({})
    .meta({ description: "Packages of the agents, for images that do not hold them." }),
  tags: z
    .array(
      z.strictObject({
        name: textLike(
          /^[\p{L}\p{N}\p{Z}_.:/=+@-]{1,128}$/u,
          "1 to 128 letters, digits, spaces and _.:/=+@-",
        ).meta({
          description: "Name of the tag.",
          example: "cost-center",
        }),
        value: textLike(
          /^[\p{L}\p{N}\p{Z}_.:/=+@-]{0,256}$/u,
          "up to 256 letters, digits, spaces and _.:/=+@-",
        ).meta({
          description: "Value of the tag.",
          example: "web",
        }),
      }),
    )
    .default([])
    .meta({ description: "Tags on everything, beside those of project, stack and environment." }),
});
