/** Rules about `foobar:aws` together with other keys. Pure: settings in, findings out. */
import { pathText, removeCommand, setCommand, setSecretCommand } from "./commands.ts";
import type { Finding } from "./findings.ts";
import { type Rule, rule } from "./rule.ts";
import type { Checked } from "./schema.ts";

type Aws = NonNullable<Checked["aws"]>;
type Others = Pick<Checked, "tls" | "environment" | "servers" | "database" | "monitoring">;

const finding = (
  path: readonly PropertyKey[],
  problem: string,
  why: string,
  value?: string | number | boolean,
): Finding => ({
  path: pathText(path),
  problem,
  remedy: value === undefined ? why : `${why}: ${setCommand(path, value)}`,
});

const presence = rule(["cloud", "aws"], ({ cloud, aws }) =>
  cloud === "aws" && aws === null
    ? [
        finding(
          ["aws"],
          "is missing",
          `Cloud aws must know at least region, zones and image; write them as in docs/configuration.md, beginning with: ${setCommand(["aws", "region"], "eu-west-1")}`,
        ),
      ]
    : [],
);

/** A rule that is asked only on cloud aws with its key given. */
const onAws = (check: (aws: Aws, others: Others) => readonly Finding[]): Rule =>
  rule(
    ["cloud", "aws", "tls", "environment", "servers", "database", "monitoring"],
    ({ cloud, aws, ...others }) => (cloud === "aws" && aws !== null ? check(aws, others) : []),
  );

const zonesOfRegion = onAws(({ region, zones }) =>
  Object.entries(zones).flatMap(([letter, zone], index, all) => {
    const first = all.findIndex(([, other]) => other === zone);
    if (first < index) {
      const [twin = ""] = all[first] ?? [];
      return [
        finding(
          ["aws", "zones", letter],
          `is ${zone}, as is zone ${twin}`,
          "Two letters in one zone fail together; give each its own",
          `${region}${letter}`,
        ),
      ];
    }
    return zone.startsWith(region)
      ? []
      : [
          finding(
            ["aws", "zones", letter],
            `is ${zone}, which is not in ${region}`,
            "Give a zone of the region",
            `${region}${letter}`,
          ),
        ];
  }),
);

const visitorCertificate = onAws(({ hostedZone, certificate }, { tls }) => {
  const command = setSecretCommand(["aws", "certificate", "key"]);
  if (certificate !== undefined) return [];
  if (tls.mode === "passthrough") {
    return [
      finding(
        ["aws", "certificate"],
        "is missing, and tls.mode is passthrough",
        `The web servers decrypt, and ACM does not give away the keys of certificates it issues; give one of your own, beginning with: ${command}`,
      ),
    ];
  }
  return hostedZone === undefined
    ? [
        finding(
          ["aws", "hostedZone"],
          "is missing, and so is aws.certificate",
          `ACM proves the domain's ownership by a record in the zone. Name the zone (${setCommand(["aws", "hostedZone"], "foobar.com")}) or give a certificate of your own, beginning with: ${command}`,
        ),
      ]
    : [];
});

const domainInZone = rule(["cloud", "aws", "domain"], ({ cloud, aws, domain }) => {
  const zone = aws?.hostedZone;
  return cloud !== "aws" || zone === undefined || domain === zone || domain.endsWith(`.${zone}`)
    ? []
    : [
        finding(
          ["aws", "hostedZone"],
          `is ${zone}, which does not hold ${domain}`,
          "Name the zone that the domain lies in",
          domain.split(".").slice(-2).join("."),
        ),
      ];
});

/** A function ends after 900 s, of which the set-up keeps a minute for the accounts. */
const longestSchema = 840;

const schemaFitsFunction = onAws((_, { database }) =>
  database.schemaSeconds > longestSchema
    ? [
        finding(
          ["database", "schemaSeconds"],
          `is ${database.schemaSeconds}`,
          "On AWS a function runs schema.sql, and ends after 15 minutes in all. Run longer migrations by hand beforehand, or give at most",
          longestSchema,
        ),
      ]
    : [],
);

const wafNeedsAlb = onAws(({ waf }, { tls }) =>
  tls.mode === "passthrough" && waf.mode !== "off"
    ? [
        finding(
          ["aws", "waf", "mode"],
          `is ${waf.mode}, and tls.mode is passthrough`,
          "What is not decrypted at the balancer cannot be looked into there",
          "off",
        ),
      ]
    : [],
);

const policyKeepsMinimum = onAws(({ balancer }, { tls }) =>
  tls.minimumVersion === "1.3" && balancer.tlsPolicy !== undefined && !/TLS13-1-3/.test(balancer.tlsPolicy)
    ? [
        finding(
          ["aws", "balancer", "tlsPolicy"],
          `is ${balancer.tlsPolicy}, which takes older versions than tls.minimumVersion (1.3)`,
          `Leave it to the default with: ${removeCommand(["aws", "balancer", "tlsPolicy"])}`,
        ),
      ]
    : [],
);

const withoutInternet = onAws(({ nat, image }, { monitoring: { sumoLogic } }) =>
  nat !== "none"
    ? []
    : [
        ...(image.prepared
          ? []
          : [
              finding(
                ["aws", "image", "prepared"],
                "is false, and aws.nat is none",
                "Servers without a way to the internet cannot install anything; make an image that holds all (docs/aws-operations.md) and say so",
                true,
              ),
            ]),
        ...(sumoLogic === undefined
          ? []
          : [
              finding(
                ["monitoring", "sumoLogic"],
                "is given, and aws.nat is none",
                `Sumo Logic is reached over the internet; give servers a way (${setCommand(["aws", "nat"], "one")}) or remove it: ${removeCommand(["monitoring", "sumoLogic"])}`,
              ),
            ]),
      ],
);

const sumoPackage = onAws(({ agents, image }, { monitoring: { sumoLogic } }) =>
  sumoLogic !== undefined && agents.sumoLogic === undefined && !image.prepared
    ? [
        finding(
          ["aws", "agents", "sumoLogic"],
          "is missing, monitoring.sumoLogic is given, and the image is not prepared",
          `Say where servers have the collector from, beginning with: ${setCommand(["aws", "agents", "sumoLogic", "url"], "https://...deb")}`,
        ),
      ]
    : [],
);

const minutesOf = (hours: string, minutes: string) => Number(hours) * 60 + Number(minutes);

/** Minutes of a day that a weekly window covers: `sun:04:30-sun:05:30` → from 270 for 60. */
function windowOf(text: string): { readonly from: number; readonly length: number } {
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const [start = "", end = ""] = text.split("-");
  const [first = "", ...from] = start.split(":");
  const [last = "", ...until] = end.split(":");
  const begin = minutesOf(from[0] ?? "0", from[1] ?? "0");
  const dayChange = (days.indexOf(last) - days.indexOf(first) + 7) % 7;
  return { from: begin, length: dayChange * 1440 + minutesOf(until[0] ?? "0", until[1] ?? "0") - begin };
}

/** Minutes that the nightly backup may begin in. */
const backupMinutes = 30;

const windowsApart = onAws(({ database: { maintenanceWindow } }, { database }) => {
  const { from, length } = windowOf(maintenanceWindow);
  const backup = database.backup.hourUtc * 60;
  const overlaps = [backup - 1440, backup, backup + 1440].some(
    (begin) => begin < from + length && from < begin + backupMinutes,
  );
  const path = ["aws", "database", "maintenanceWindow"];
  if (length < backupMinutes || length > 1440) {
    return [
      finding(
        path,
        `is ${maintenanceWindow}, which is not 30 minutes to a day long`,
        "RDS takes no other",
        "sun:04:30-sun:05:30",
      ),
    ];
  }
  return overlaps
    ? [
        finding(
          path,
          `is ${maintenanceWindow}, in which the nightly backup begins (database.backup.hourUtc is ${database.backup.hourUtc})`,
          "RDS wants the two apart; move one of them",
        ),
      ]
    : [];
});

const engineOfKind = onAws(({ database: { kind, engineVersion } }) =>
  (kind === "aurora") === engineVersion.includes("aurora")
    ? []
    : [
        finding(
          ["aws", "database", "engineVersion"],
          `is ${engineVersion}, which kind ${kind} does not have`,
          "Aurora counts its versions differently",
          kind === "aurora" ? "8.0.mysql_aurora.3.10.0" : "8.4",
        ),
      ],
);

type Database = Aws["database"];

/** Classes of database nodes that each kind can have, as RDS offers them, and one of them. */
const classes: Readonly<
  Record<Database["kind"], { readonly form: RegExp; readonly say: string; readonly example: string }>
> = {
  cluster: {
    form: /^db\.[a-z]+\d+[a-z]*d[a-z]*\./,
    say: "A Multi-AZ DB cluster takes classes with local storage only (...gd, ...d)",
    example: "db.c6gd.medium",
  },
  instance: {
    form: /^db\.(?!c6gd\.)/,
    say: "RDS has the classes db.c6gd for Multi-AZ DB clusters only",
    example: "db.m7g.large",
  },
  aurora: {
    form: /^db\.[rtx]\d/,
    say: "Aurora takes classes db.r..., db.t... and db.x... only",
    example: "db.r8g.large",
  },
};

const classOfKind = onAws(({ database: { kind, instanceClass } }) => {
  const { form, say, example } = classes[kind];
  return form.test(instanceClass)
    ? []
    : [
        finding(
          ["aws", "database", "instanceClass"],
          `is ${instanceClass}, which kind ${kind} does not have`,
          say,
          example,
        ),
      ];
});

/** Storage io1: GiB at least, and operations for each GiB, from and to. */
const io1 = { leastGiB: 100, fewest: 0.5, most: 50 };

const iopsOfStorage = onAws(({ database: { kind, iops, storageGiB } }) => {
  if (iops === undefined) return [];
  const path = ["aws", "database", "iops"];
  if (kind === "aurora") {
    return [
      finding(
        path,
        `is ${iops}, and kind is aurora`,
        `Aurora has no provisioned operations; remove it: ${removeCommand(path)}`,
      ),
    ];
  }
  if (storageGiB < io1.leastGiB) {
    return [
      finding(
        ["aws", "database", "storageGiB"],
        `is ${storageGiB}, and aws.database.iops is given`,
        `Storage with provisioned operations begins at ${io1.leastGiB} GiB`,
        io1.leastGiB,
      ),
    ];
  }
  const [least, most] = [Math.ceil(storageGiB * io1.fewest), storageGiB * io1.most];
  return iops >= least && iops <= most
    ? []
    : [
        finding(
          path,
          `is ${iops}, and aws.database.storageGiB is ${storageGiB}`,
          `RDS takes ${io1.fewest} to ${io1.most} operations a GiB, here ${least} to ${most}`,
          Math.min(Math.max(iops, least), most),
        ),
      ];
});

const production: readonly ((aws: Aws, others: Others) => readonly Finding[])[] = [
  ({ deletionProtection }) =>
    deletionProtection
      ? []
      : [
          finding(
            ["aws", "deletionProtection"],
            "is false in production",
            "One mistaken command would delete the database; to tear it down, make it a staging environment first",
            true,
          ),
        ],
  (_, { servers }) => {
    const zones = new Set(servers.filter(({ role }) => role === "web").map(({ zone }) => zone));
    return zones.size >= 2
      ? []
      : [
          finding(
            ["servers"],
            "puts every web server in one zone in production",
            "The site would be gone with that zone; spread the web servers over zones a, b and c",
          ),
        ];
  },
  ({ waf }, { tls }) =>
    waf.mode === "off" && tls.mode === "reencrypt"
      ? [
          finding(
            ["aws", "waf", "mode"],
            "is off in production",
            "Known attacks would reach the application; count first if you fear to stop visitors, then block",
            "block",
          ),
        ]
      : [],
  ({ image }) =>
    image.id === "latest"
      ? [
          finding(
            ["aws", "image", "id"],
            "is latest in production",
            "An `up` would replace every server by an image that nobody tried; pin the one that staging runs",
            "ami-0123456789abcdef0",
          ),
        ]
      : [],
  ({ accountId }) =>
    accountId === undefined
      ? [
          finding(
            ["aws", "accountId"],
            "is missing in production",
            "With the wrong credentials the stack would be built in another account; name the one it belongs to",
            "123456789012",
          ),
        ]
      : [],
  ({ alarms }) =>
    alarms.emails.length === 0
      ? [
          finding(
            ["aws", "alarms", "emails"],
            "is empty in production",
            `Nobody would hear an alarm; name who does: ${setCommand(["aws", "alarms", "emails", 0], "operations@example.com")}`,
          ),
        ]
      : [],
  (_, { database }) =>
    database.backup.keep < 7
      ? [
          finding(
            ["database", "backup", "keep"],
            `is ${database.backup.keep} in production`,
            "A fault is often found only after days; keep a week of backups or more",
            7,
          ),
        ]
      : [],
];

const ofProduction = onAws((aws, others) =>
  others.environment === "production" ? production.flatMap((check) => check(aws, others)) : [],
);

/** Every rule about cloud aws, in a fixed order. */
export const awsRules: readonly Rule[] = [
  presence,
  zonesOfRegion,
  visitorCertificate,
  domainInZone,
  schemaFitsFunction,
  wafNeedsAlb,
  policyKeepsMinimum,
  withoutInternet,
  sumoPackage,
  windowsApart,
  engineOfKind,
  classOfKind,
  iopsOfStorage,
  ofProduction,
];
