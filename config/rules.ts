/** Rules that span several keys. Pure: settings in, findings out. */

import { z } from "zod";
import { awsRules } from "./awsRules.ts";
import { pathText, removeCommand, setCommand, setSecretCommand } from "./commands.ts";
import type { Finding } from "./findings.ts";
import { isLoopback } from "./loopback.ts";
import { type Rule, rule } from "./rule.ts";
import type { Checked, Role } from "./schema.ts";
import type { Secret } from "./secret.ts";

/** How many servers of each role a cloud wants; a role that the cloud manages itself has none. */
const wanted: Readonly<
  Record<Checked["cloud"], Readonly<Record<Role, { counts: readonly number[] | "any"; say: string }>>>
> = {
  onebox: {
    balancer: { counts: [1, 2], say: "1 or 2 balancers (2 for a standby)" },
    web: { counts: "any", say: "at least 1 web server" },
    database: { counts: [1, 3, 5], say: "1, 3 or 5 database servers (an odd number keeps a quorum)" },
    monitor: { counts: [1], say: "1 monitor" },
  },
  aws: {
    balancer: { counts: [0], say: "no balancer (the load balancer is a managed service)" },
    web: { counts: "any", say: "at least 1 web server" },
    database: { counts: [0], say: "no database server (the database is a managed service)" },
    monitor: { counts: [0], say: "no monitor (CloudWatch is a managed service)" },
  },
};

const serverCounts = rule(["cloud", "servers"], ({ cloud, servers }) =>
  Object.entries(wanted[cloud]).flatMap(([role, { counts, say }]) => {
    const count = servers.filter((server) => server.role === role).length;
    const right = counts === "any" ? count >= 1 : counts.includes(count);
    return right
      ? []
      : [
          {
            path: pathText(["servers"]),
            problem: `has ${count} of role ${role}`,
            remedy: `On ${cloud} give ${say}`,
          },
        ];
  }),
);

/** Where monitoring data can go on each cloud. */
const backends: Readonly<Record<Checked["cloud"], readonly string[]>> = {
  onebox: ["prometheus"],
  aws: ["cloudwatch"],
};

const reachableBackends = rule(["cloud", "monitoring"], ({ cloud, monitoring }) =>
  monitoring.backends.flatMap((backend, index) =>
    backends[cloud].includes(backend)
      ? []
      : [
          {
            path: pathText(["monitoring", "backends", index]),
            problem: `is ${backend}, which cloud ${cloud} does not have`,
            remedy: `On ${cloud} give ${backends[cloud].join(" or ")}: ${setCommand(["monitoring", "backends", index], backends[cloud][0] ?? "")}`,
          },
        ],
  ),
);

/** An HTTP Source's URL; the port is the one that the way out of the sandbox leads to, 443 where it names none. */
const sourceUrl = /^https:\/\/[a-z0-9.-]+(:\d{1,5})?\/\S*$/i;

/** What each cloud's agents can use, and how it is said. */
const sumoForms: Readonly<Record<Checked["cloud"], { fits: (secret: Secret) => boolean; say: string }>> = {
  onebox: { fits: (secret) => secret.matches(sourceUrl), say: "the https:// URL of an HTTP Source" },
  aws: { fits: (secret) => !secret.matches(/^https?:/i), say: "an installation token" },
};

const sumoForm = rule(["cloud", "monitoring"], ({ cloud, monitoring: { sumoLogic } }) =>
  sumoLogic === undefined || sumoForms[cloud].fits(sumoLogic)
    ? []
    : [
        {
          path: pathText(["monitoring", "sumoLogic"]),
          problem: `is not ${sumoForms[cloud].say}, which cloud ${cloud} needs`,
          remedy: `Make one in Sumo Logic and give it with: ${setSecretCommand(["monitoring", "sumoLogic"])}`,
        },
      ],
);

/** Hashes that the C library's crypt() is sure to know: SHA-512, SHA-256, bcrypt, yescrypt. */
const loginLines = /^([^\s:]+:\$(6|5|2[aby]|y)\$\S+\n?)+$/;

const loginForm = rule(["monitoring"], ({ monitoring: { dashboardLogins } }) =>
  dashboardLogins === undefined || dashboardLogins.matches(loginLines)
    ? []
    : [
        {
          path: pathText(["monitoring", "dashboardLogins"]),
          problem: "is not lines of NAME:HASH with hashes as `openssl passwd -6` prints them",
          remedy: `Give it with: printf 'operator:%s' "$(openssl passwd -6)" | ${setSecretCommand(["monitoring", "dashboardLogins"])}`,
        },
      ],
);

const alertsOnOnebox = rule(["cloud", "monitoring"], ({ cloud, monitoring: { alerts } }) =>
  cloud === "aws" && (alerts.email ?? alerts.heartbeat ?? alerts.webhooks[0] ?? alerts.slack[0]) !== undefined
    ? [
        {
          path: pathText(["monitoring", "alerts"]),
          problem: "names receivers, which cloud aws does not use",
          remedy: `Name people for the alarms' topic, ${setCommand(["aws", "alarms", "emails", 0], alerts.email?.to[0] ?? "operations@example.com")}; webhooks and Slack subscribe to that topic by themselves (docs/aws-operations.md, Alarms); and take these away: ${removeCommand(["monitoring", "alerts"])}`,
        },
      ]
    : [],
);

/** Alertmanager refuses to log in where nothing is encrypted, and this machine's loopback is spoken to in the plain. */
const loginOverTls = rule(["monitoring"], ({ monitoring: { alerts } }) =>
  alerts.email?.user !== undefined && isLoopback(alerts.email.server.replace(/:.*/, ""))
    ? [
        {
          path: pathText(["monitoring", "alerts", "email", "user"]),
          problem: "is a login at this machine's loopback, where nothing is encrypted",
          remedy: `Let that server take messages without one: ${removeCommand(["monitoring", "alerts", "email", "user"])}`,
        },
      ]
    : [],
);

const distinctPorts = rule(["onebox"], ({ onebox }) => {
  const entries = Object.entries(onebox);
  return entries.flatMap(([key, value], index) => {
    const [first = key] = entries.find(([, other]) => other === value) ?? [];
    return entries.findIndex(([name]) => name === first) === index
      ? []
      : [
          {
            path: pathText(["onebox", key]),
            problem: `is ${value}, the port that ${pathText(["onebox", first])} has`,
            remedy: `Give it a port of its own, or its default with: ${removeCommand(["onebox", key])}`,
          },
        ];
  });
});

const renewalInsideValidity = rule(["tls"], ({ tls }) =>
  tls.renewBeforeDays < tls.validDays
    ? []
    : [
        {
          path: pathText(["tls", "renewBeforeDays"]),
          problem: `is ${tls.renewBeforeDays}, which is not less than tls.validDays (${tls.validDays})`,
          remedy: `Give fewer days than the validity, or every \`pulumi up\` renews every certificate: ${setCommand(["tls", "renewBeforeDays"], Math.max(1, Math.floor(tls.validDays / 3)))}`,
        },
      ],
);

const named = z.array(z.looseObject({ name: z.string() }).nullable().catch(null)).catch([]);

/** Servers that share a name. Takes the raw list, so that a fault in one server does not hide it. */
export function duplicateServerNames(servers: unknown): readonly Finding[] {
  const names = named.parse(servers).map((server) => server?.name);
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return name === undefined || first === index
      ? []
      : [
          {
            path: pathText(["servers", index, "name"]),
            problem: `is ${JSON.stringify(name)}, the name that ${pathText(["servers", first])} has`,
            remedy: `Give every server a name of its own: ${setCommand(["servers", index, "name"], freeName(name, names))}`,
          },
        ];
  });
}

function freeName(name: string, taken: readonly (string | undefined)[]): string {
  const stem = name.replace(/-?\d*$/, "");
  const numbers = Array.from({ length: taken.length + 1 }, (_, index) => `${stem}-${index + 1}`);
  return numbers.find((candidate) => !taken.includes(candidate)) ?? name;
}

const rules: readonly Rule[] = [
  serverCounts,
  reachableBackends,
  sumoForm,
  loginForm,
  alertsOnOnebox,
  loginOverTls,
  distinctPorts,
  renewalInsideValidity,
  ...awsRules,
];

/** Every finding of every rule, in a fixed order. Rules whose keys are not known are passed over. */
export function crossFindings(known: Partial<Checked>): readonly Finding[] {
  return rules.flatMap((check) => check(known));
}
