/**
 * Every configuration key of the program, with its type, unit, range, default and meaning. The one source of
 * the validation, of the `Settings` type and of docs/configuration.md. Pure: reads nothing.
 *
 * What a key tells of itself is its `.meta()`: `description`; `unit`; `form`, which completes `must be ...` where
 * type and range do not say it all; `example`, a valid value where there is no default.
 */
import { z } from "zod";
import { awsSchema } from "./aws.ts";
import { highPort, hostNameText, privateRangeText, rangeText, serverText, textLike } from "./fields.ts";
import { secretText } from "./secret.ts";

/** What a server does: one tier each. */
export const roles = ["balancer", "web", "database", "monitor"] as const;

/** Availability zones by letter; on onebox a zone is a label and a slice of the address range. */
export const zones = ["a", "b", "c"] as const;

/** Server sizes: memory and instance type behind each are chosen by the cloud. */
export const sizes = ["small", "medium", "large"] as const;

const server = z.strictObject({
  name: textLike(
    /^[a-z]([a-z0-9-]{0,13}[a-z0-9])?$/,
    "1 to 15 lower-case letters, digits and inner hyphens, beginning with a letter",
  ).meta({
    description: "Host name and identity: resources are named by it, so renaming replaces the server.",
    example: "web-1",
  }),
  role: z.enum(roles).meta({ description: "The tier the server belongs to.", example: "web" }),
  zone: z.enum(zones).meta({ description: "The zone it stands in." }),
  size: z.enum(sizes).default("small").meta({ description: "How big it is." }),
});

const tls = z.strictObject({
  mode: z.enum(["reencrypt", "passthrough"]).default("reencrypt").meta({
    description:
      "`reencrypt`: the balancer decrypts, checks and encrypts again towards a verified server. `passthrough`: only the web server decrypts.",
  }),
  minimumVersion: z
    .enum(["1.2", "1.3"])
    .default("1.2")
    .meta({ description: "Oldest TLS version that visitors may use." }),
  validDays: z.int().min(2).max(397).default(90).meta({
    unit: "days",
    description: "Validity of the certificates that the stack issues. The limit is what browsers accept.",
  }),
  renewBeforeDays: z.int().min(1).max(200).default(30).meta({
    unit: "days",
    description: "`pulumi up` renews a certificate that is closer than this to its end.",
  }),
});

const database = z.strictObject({
  name: textLike(
    /^[a-z][a-z0-9_]{0,31}$/,
    "1 to 32 lower-case letters, digits and underscores, beginning with a letter",
  )
    .default("foobar")
    .meta({ description: "Name of the site's database." }),
  memoryMiB: z.int().min(64).max(1_048_576).default(128).meta({
    unit: "MiB",
    description: "InnoDB buffer pool of each database node (onebox; AWS derives it from the instance class).",
  }),
  schemaSeconds: z.int().min(1).max(86_400).default(600).meta({
    unit: "seconds",
    description:
      "How long the site's schema.sql may take in all at a deployment (AWS: at most 840, since a function ends after 15 minutes). What the database has begun goes on after that.",
  }),
  backup: z
    .strictObject({
      hourUtc: z
        .int()
        .min(0)
        .max(23)
        .default(3)
        .meta({ unit: "hour, UTC", description: "When the nightly backup starts." }),
      keep: z
        .int()
        .min(1)
        .max(35)
        .default(7)
        .meta({ unit: "backups (AWS: days)", description: "How many are kept." }),
    })
    .prefault({})
    .meta({ description: "Backups of the database." }),
  discard: z
    .array(z.string().min(1).meta({ form: "the name of a server", example: "db-1" }))
    .default([])
    .meta({
      seldom: "names of database servers whose data may be lost",
      description:
        "Database servers whose data may be lost (onebox). Only a server that is named here is taken away while no other one has a synced copy of the data.",
    }),
});

const limits = z.strictObject({
  requestsPer10s: z.int().min(10).max(10_000_000).default(2000).meta({
    unit: "requests in 10 s",
    description: "What one visitor's address may ask for before it gets 429.",
  }),
  connections: z.int().min(4).max(1_000_000).default(200).meta({
    unit: "connections",
    description: "What one visitor's address may hold open at once.",
  }),
  bodyKiB: z.int().min(1).max(1_048_576).default(1024).meta({
    unit: "KiB",
    description: "Largest request body; a larger one gets 413.",
  }),
  drainSeconds: z.int().min(0).max(3600).default(30).meta({
    unit: "seconds",
    description:
      "How long a web server that is taken out for a change may finish what it has begun. A change of the site waits for that at each server; what is under way then is cut where the application serves it.",
  }),
  finishSeconds: z.int().min(10).max(86_400).default(600).meta({
    unit: "seconds",
    description:
      "How long downloads, event streams and WebSockets that are under way go on after a change of the balancers' or web servers' configuration. Nothing waits for that; what is under way then is cut.",
  }),
});

const emailText = (example: string) =>
  textLike(/^[^\s@<>"]+@[^\s@<>"]+$/, `an e-mail address, such as ${example}`).meta({ example });

const alerts = z.strictObject({
  repeatHours: z
    .int()
    .min(1)
    .max(168)
    .default(4)
    .meta({ unit: "hours", description: "An alert that goes on is told again after this time." }),
  backupHours: z.int().min(1).max(8760).default(26).meta({
    unit: "hours",
    description:
      "Somebody is told when the newest verified backup is older, or none is known for as long: a day, and time to make it.",
  }),
  driftCheckHours: z.int().min(1).max(8760).default(168).meta({
    unit: "hours",
    description:
      "Somebody is told when no `up`, `refresh` or preview with a refresh has compared every host with the state for as long.",
  }),
  heartbeat: z
    .strictObject({
      server: serverText("hc-ping.com:443").meta({
        description:
          "A dead man's switch: a server elsewhere that tells people when it is no longer told. Over HTTPS; over HTTP where it is this machine's loopback.",
      }),
      path: secretText().meta({ description: "Path of its URL, from the first slash on." }),
      everyMinutes: z
        .int()
        .min(1)
        .max(1440)
        .default(5)
        .meta({ unit: "minutes", description: "How often it is told." }),
    })
    .optional()
    .meta({
      description:
        "Who is told regularly that the monitor works and can tell. Left out: nobody, and a machine that is gone as a whole tells nobody.",
    }),
  email: z
    .strictObject({
      server: serverText("smtp.example.com:587").meta({
        description:
          "SMTP server that takes the messages; it must offer TLS, unless it is this machine's loopback.",
      }),
      from: emailText("monitor@example.com").meta({ description: "Sender of the messages." }),
      to: z.array(emailText("operations@example.com")).min(1).meta({ description: "Who gets them." }),
      user: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "Login at the server. Left out: none.", example: "monitor" }),
      password: secretText().optional().meta({ description: "Password of the login." }),
    })
    .optional()
    .meta({ description: "Alerts by e-mail. Left out: none." }),
  webhooks: z
    .array(
      z.strictObject({
        server: serverText("alerts.example.com:443").meta({
          description: "Server that is told, over HTTPS; over HTTP where it is this machine's loopback.",
        }),
        path: secretText().meta({ description: "Path of its URL, from the first slash on." }),
      }),
    )
    .default([])
    .meta({ description: "Alerts as JSON to a URL of your own, in Alertmanager's webhook form." }),
  slack: z
    .array(
      z.strictObject({
        server: serverText("hooks.slack.com:443")
          .default("hooks.slack.com:443")
          .meta({ description: "Slack, or a service that takes the same messages." }),
        path: secretText().meta({
          description: "Path of the incoming webhook's URL, from the first slash on.",
        }),
        channel: z
          .string()
          .min(1)
          .optional()
          .meta({ description: "Left out: the webhook's own channel.", example: "#operations" }),
      }),
    )
    .default([])
    .meta({ description: "Alerts to Slack, or to what takes its messages." }),
});

const monitoring = z.strictObject({
  retentionDays: z
    .int()
    .min(1)
    .max(3653)
    .default(15)
    .meta({ unit: "days", description: "How long metrics and logs are kept." }),
  logsMiB: z.int().min(16).max(16_777_216).default(1024).meta({
    unit: "MiB",
    description:
      "Most that the monitor keeps of all hosts' logs (onebox): each host has its share, and its oldest lines go first.",
  }),
  sumoLogic: secretText().optional().meta({
    description:
      "Sends logs and metrics to Sumo Logic as well: on onebox the URL of an HTTP Source, on aws an installation token of the organization. Left out: nothing is sent.",
  }),
  sumoLogicQueueMiB: z.int().min(64).max(1_048_576).default(512).meta({
    unit: "MiB",
    description:
      "Most that is kept on disk while Sumo Logic cannot be reached (onebox); what comes after that is dropped and counted.",
  }),
  sumoLogicCa: z.string().includes("BEGIN CERTIFICATE").optional().meta({
    form: "certificates, PEM",
    description:
      "Authority that alone vouches for the other end (onebox), for a private sink. Left out: the public ones that Debian knows.",
    example: "-----BEGIN CERTIFICATE-----...-----END CERTIFICATE-----",
  }),
  scrapeSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(5)
    .meta({ unit: "seconds", description: "How often metrics are collected." }),
  slo: z.number().min(90).max(99.999).default(99.9).meta({
    unit: "percent",
    description:
      "Service-level objective: share of requests and probes that must succeed. Alerts look at how fast the rest is used up (onebox).",
  }),
  alerts: alerts.prefault({}).meta({
    description: "Who is told of alerts on onebox; on aws `aws.alarms` says so.",
  }),
  dashboardLogins: secretText().optional().meta({
    description:
      "Who may open the dashboards (onebox): lines of a name, a colon and a hash as `openssl passwd -6` prints it. Left out: whoever reaches this machine's loopback.",
  }),
  backends: z
    .array(z.enum(["prometheus", "cloudwatch"]))
    .default([])
    .meta({
      description: "Where agents send what they see. Empty: `prometheus` on onebox, `cloudwatch` on aws.",
    }),
});

const onebox = z.strictObject({
  httpsPort: highPort()
    .default(8443)
    .meta({ description: "Loopback port of this machine on which the site answers over HTTPS." }),
  httpPort: highPort()
    .default(8080)
    .meta({ description: "Loopback port of this machine that redirects to HTTPS." }),
  dashboardPort: highPort()
    .default(8444)
    .meta({ description: "Loopback port of this machine on which the dashboards answer over HTTPS." }),
});

/** The whole configuration, one property a Pulumi config key (`foobar:<key>`). */
export const schema = z.strictObject({
  cloud: z.enum(["onebox", "aws"]).meta({
    description: "Where the stack stands: `onebox`, this Linux machine, or `aws`.",
  }),
  environment: z.enum(["development", "staging", "production"]).default("development").meta({
    description: "What the stack is for. `production` refuses settings that put data or visitors at risk.",
  }),
  domain: hostNameText().default("www.foobar.com").meta({
    description: "The site's name: in the visitor's certificate, the redirects and the DNS records.",
  }),
  servers: z.array(server).min(1).max(300).meta({ description: "Every server of the stack." }),
  tls: tls.prefault({}).meta({ description: "Encryption between visitor, balancer and web servers." }),
  database: database.prefault({}).meta({ description: "The MySQL cluster." }),
  network: z
    .strictObject({
      range: privateRangeText(16, 22, "10.77.0.0/16")
        .default("10.77.0.0/16")
        .meta({ description: "The stack's private address range." }),
    })
    .prefault({})
    .meta({ description: "Addresses." }),
  firewall: z
    .strictObject({
      publicRanges: z
        .array(rangeText())
        .min(1)
        .default(["0.0.0.0/0"])
        .meta({ description: "Who may reach the balancer's ports 80 and 443." }),
    })
    .prefault({})
    .meta({ description: "What is open to the outside." }),
  limits: limits
    .prefault({})
    .meta({ description: "What one visitor may use, and how long a change lets it finish." }),
  monitoring: monitoring.prefault({}).meta({ description: "Metrics and their retention." }),
  site: z
    .strictObject({
      directory: z.string().min(1).default("site").meta({
        unit: "path, from the project's folder",
        description: "The website: a directory that keeps the contract of site/README.md.",
      }),
    })
    .prefault({})
    .meta({ description: "What is served." }),
  onebox: onebox.prefault({}).meta({ description: "Read by cloud `onebox` only." }),
  aws: awsSchema.nullable().default(null).meta({ description: "Read by cloud `aws` only, which needs it." }),
});

/** Settings after validation, defaults filled in; a secret key holds a `Secret`. */
export type Checked = z.output<typeof schema>;
export type ServerSettings = Checked["servers"][number];
/** Settings as the components get them; a secret key holds a secret `pulumi.Output<string>`. */
export type { Settings } from "./load.ts";
export type Role = (typeof roles)[number];
export type Zone = (typeof zones)[number];
