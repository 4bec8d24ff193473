/** The whole content of a server, as user data. Pure. */
import { dirname } from "node:path";
import { gzipSync } from "node:zlib";
import type { Settings } from "../../config/schema.ts";
import {
  type Artifact,
  type HostSecret,
  renderReportScript,
  renderSecretsScript,
  renderStartScript,
  scripts,
} from "../../hosts/awsHost.ts";
import { renderCloudInit, userDataLimit } from "../../hosts/cloudInit.ts";
import { type Files, ownLogs, plainFile, programFile } from "../../hosts/layout.ts";
import { renderWebServer, webAccessLog, webServerService } from "../../hosts/nginx/web.ts";
import { ports } from "../../hosts/ports.ts";
import { securityHeaders } from "../../hosts/securityHeaders.ts";
import { readyPath, siteService, siteSocket } from "../../hosts/siteService.ts";
import { renderFolders, renderTimer, renderUnit, renderUsers } from "../../hosts/systemd.ts";
import { tlsPaths } from "../../hosts/tlsFiles.ts";
import type { Member } from "../members.ts";
import { balancerHeaders } from "./balancerHeaders.ts";
import { databaseCaPath, databaseConfigPath, layout } from "./hostLayout.ts";
import type { AgentParts } from "./monitoringAgent.ts";

/** What one server is made of, all known. */
export interface ServerContent {
  readonly member: Member;
  readonly domain: string;
  readonly region: string;
  readonly tls: Settings["tls"];
  readonly limits: Settings["limits"];
  /** Rule set of the host's packet filter. */
  readonly firewall: string;
  /** Ranges of the balancer. */
  readonly balancerRanges: readonly string[];
  readonly site: { readonly artifact: Artifact; readonly main: string; readonly hash: string };
  readonly node: Artifact;
  readonly databaseCa: Artifact;
  /** Secret with what DATABASE_CONFIG holds; null for a site without a database. */
  readonly databaseSecret: string | null;
  /** Secret with the server's certificate and key. */
  readonly tlsSecret: string;
  /** Secret with the visitors' certificate and key, for a server that decrypts itself. */
  readonly visitorSecret: string | null;
  readonly agent: AgentParts;
  /** Whether the image holds all packages. */
  readonly prepared: boolean;
  /** The server's Auto Scaling group, and its hook that waits until the server is ready. */
  readonly group: string;
  readonly hook: string;
}

/** Debian packages of a web server. */
const packages = ["nginx-light", "nftables", "awscli", "jq", "unzip", "curl", "openssl", "logrotate"];

/** Seconds between two looks for rotated secrets and renewed certificates. */
const secretsSeconds = 600;
const reportSeconds = 60;

/** What an ALB cannot set itself. */
const headersOfServer = Object.fromEntries(
  Object.entries(securityHeaders).filter(([name]) => !balancerHeaders.includes(name)),
);

const unitFolder = "/etc/systemd/system";

/** One nginx worker for each processor. */
const workers = 2;

const rotation = `${layout.log}/*/*.log ${layout.log}/own/*/*.json {
  daily
  rotate 7
  maxsize 200M
  compress
  delaycompress
  missingok
  notifempty
  copytruncate
}
`;

/**
 * Folders of a server and who may write into them. Services pass all of them: what made one before, and with which
 * umask, does not count.
 */
const folders = {
  [layout.etc]: "root",
  [`${layout.etc}/site`]: "root",
  [`${layout.etc}/visitor`]: "root",
  [`${layout.etc}/visitor/tls`]: "root",
  [`${layout.etc}/web`]: "root",
  [`${layout.etc}/web/tls`]: "root",
  [dirname(dirname(layout.node))]: "root",
  [dirname(layout.node)]: "root",
  [layout.data]: "root",
  [`${layout.data}/site`]: "root",
  [layout.run]: "root",
  [`${layout.run}/site`]: "site",
  [`${layout.run}/web`]: "nginx",
  [layout.log]: "root",
  [`${layout.log}/site`]: "root",
  [`${layout.log}/web`]: "root",
  [dirname(ownLogs(layout, "web"))]: "root",
  [ownLogs(layout, "web")]: "root",
} as const;

/** Logs that services write themselves; their output is opened by systemd. */
const logFiles = { [webAccessLog(layout)]: "nginx" } as const;

const siteDirectory = (hash: string) => `${layout.data}/site/${hash.slice(0, 16)}`;

function secretsOf(content: ServerContent): readonly HostSecret[] {
  const pair = (arn: string, owner: "web" | "visitor"): HostSecret => {
    const { certificate, key, ca } = tlsPaths(layout, owner);
    return {
      arn,
      files: [
        { path: certificate, user: "nginx", field: "certificate" },
        { path: key, user: "nginx", field: "key" },
        { path: ca, user: "nginx", field: "ca" },
      ],
      changed: ["systemctl", "reload", "web.service"],
    };
  };
  return [
    pair(content.tlsSecret, "web"),
    ...(content.visitorSecret === null ? [] : [pair(content.visitorSecret, "visitor")]),
    ...(content.databaseSecret === null
      ? []
      : [
          {
            arn: content.databaseSecret,
            files: [{ path: databaseConfigPath, user: "site" as const, field: null }],
            changed: ["systemctl", "restart", "site.service"],
          },
        ]),
    ...content.agent.secrets,
  ];
}

function unitsOf({ member, domain, site, databaseSecret }: ServerContent): Files {
  const application = siteService({
    layout,
    main: site.main,
    host: member.name,
    zone: member.zone,
    domain,
    databaseConfig: databaseSecret === null ? null : databaseConfigPath,
  });
  const web = webServerService(layout);
  const units = {
    "site.service": renderUnit({
      spec: application,
      description: "The site's application",
      layout,
      workingDirectory: siteDirectory(site.hash),
      writable: [`${layout.run}/site`],
      groups: [],
      lowPort: false,
      after: [],
    }),
    "web.service": renderUnit({
      spec: web,
      description: "Web server: TLS and static files before the application",
      layout,
      workingDirectory: "/",
      writable: [`${layout.run}/web`, webAccessLog(layout)],
      groups: ["site"],
      lowPort: true,
      after: ["site.service", "nftables.service"],
    }),
    ...renderTimer({
      name: "host-secrets",
      description: "Fetches rotated secrets and renewed certificates",
      command: [scripts.secrets],
      everySeconds: secretsSeconds,
      // Where the files go that are made of secrets, those of the agents too.
      writable: ["/etc"],
    }),
    ...renderTimer({
      name: "host-report",
      description: "Tells the monitoring agent what only this host knows",
      command: [scripts.report],
      everySeconds: reportSeconds,
      writable: [layout.run],
    }),
  };
  return Object.fromEntries(
    Object.entries(units).map(([name, text]) => [`${unitFolder}/${name}`, plainFile(text)]),
  );
}

/** Every file of the server that holds no secret. */
export function serverFiles(content: ServerContent): Files {
  const { member, domain, tls, limits, site, agent, region } = content;
  const web = renderWebServer({
    layout,
    domain,
    tlsMode: tls.mode,
    minimumTlsVersion: tls.minimumVersion,
    serviceTls: tlsPaths(layout, "web"),
    visitorTls: tlsPaths(layout, "visitor"),
    balancers: [],
    balancerRanges: content.balancerRanges,
    headers: tls.mode === "reencrypt" ? headersOfServer : {},
    statusPort: ports.nginxStatus,
    redirectPort: tls.mode === "passthrough" ? ports.http : null,
    publicDirectory: `${siteDirectory(site.hash)}/public`,
    applicationSocket: siteSocket(layout),
    limits,
    workers,
  });
  const start = renderStartScript({
    region,
    layout,
    logAgent: agent.logAgent,
    packages: agent.packages,
    site: site.artifact,
    siteDirectory: siteDirectory(site.hash),
    node: content.node,
    databaseCa: content.databaseCa,
    databaseCaPath,
    units: ["site.service", "web.service", "host-secrets.timer", "host-report.timer"],
    agents: agent.start,
    ready: {
      group: content.group,
      hook: content.hook,
      domain,
      path: readyPath,
      proxyProtocol: tls.mode === "passthrough",
    },
  });
  return {
    "/etc/nftables.conf": programFile(`#!/usr/sbin/nft -f\nflush ruleset\n${content.firewall}`),
    "/etc/sysusers.d/foobar.conf": plainFile(renderUsers(["site", "nginx"])),
    "/etc/tmpfiles.d/foobar.conf": plainFile(renderFolders(folders, logFiles)),
    "/etc/logrotate.d/foobar": plainFile(rotation),
    [`${layout.etc}/web/nginx.conf`]: plainFile(web),
    ...unitsOf(content),
    [scripts.start]: programFile(start),
    [scripts.secrets]: programFile(renderSecretsScript({ region, secrets: secretsOf(content) })),
    [scripts.report]: programFile(
      renderReportScript({ host: member.name, certificate: tlsPaths(layout, "web").certificate, layout }),
    ),
    ...agent.files,
  };
}

/** The cloud-init document of a server. */
export function serverCloudInit(content: ServerContent): string {
  return renderCloudInit({
    hostname: content.member.name,
    packages: content.prepared ? [] : packages,
    maskedUnits: ["nginx.service"],
    files: serverFiles(content),
    commands: [[scripts.start]],
  });
}

/**
 * The document as EC2 takes it: compressed, base64.
 * @throws Error when it is larger than EC2 takes
 */
export function serverUserData(content: ServerContent): string {
  const compressed = gzipSync(serverCloudInit(content), { level: 9 });
  if (compressed.length > userDataLimit) {
    throw new Error(
      `the user data of ${content.member.name} has ${compressed.length} bytes, EC2 takes ${userDataLimit}`,
    );
  }
  return compressed.toString("base64");
}
