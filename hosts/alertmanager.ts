/** Alertmanager, on the monitor and beside who watches it: groups alerts, keeps back what follows from another, tells people. */
import { alertTimes } from "./alertTimes.ts";
import { type Files, type Layout, secretFile } from "./layout.ts";
import { ports } from "./ports.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";
import { noTrouble } from "./signals/types.ts";

/** A server that is told, as the monitor reaches it. */
export interface ReceiverServer {
  readonly host: string;
  readonly port: number;
  /** Whether it is spoken to over TLS. */
  readonly tls: boolean;
}

/** Who is told. Paths and the password are secrets. */
export interface Receivers {
  readonly email: {
    readonly server: ReceiverServer;
    readonly from: string;
    readonly to: readonly string[];
    readonly user: string | null;
    readonly password: string | null;
  } | null;
  readonly webhooks: readonly { readonly server: ReceiverServer; readonly path: string }[];
  readonly slack: readonly {
    readonly server: ReceiverServer;
    readonly path: string;
    readonly channel: string | null;
  }[];
  /** Who is told regularly that all of this works; null for nobody. */
  readonly heartbeat: {
    readonly server: ReceiverServer;
    readonly path: string;
    readonly everyMinutes: number;
  } | null;
}

/** What Alertmanager is told. */
export interface AlertmanagerInput {
  readonly layout: Layout;
  readonly receivers: Receivers;
  /** An alert that goes on is told again after so many hours. */
  readonly repeatHours: number;
  /** How often Prometheus computes what it tells. */
  readonly scrapeSeconds: number;
}

/** Names of alerts of one cause come in one message: what else breaks within this time joins it. */
const groupWait = "5s";
/** How long to wait before telling news of a group that was told. */
const groupInterval = "30s";

const configurationPath = (layout: Layout) => `${layout.etc}/alertmanager/alertmanager.yml`;

const url = ({ host, port, tls }: ReceiverServer, path: string) =>
  `${tls ? "https" : "http"}://${host}:${port}${path}`;

/** Takes what always fires, so that nobody is woken by it: without a dead man's switch, for nobody. */
function heartbeatReceiver({ heartbeat }: Receivers) {
  return {
    name: "heartbeat",
    // Its end is silence and no message.
    webhook_configs:
      heartbeat === null ? [] : [{ url: url(heartbeat.server, heartbeat.path), send_resolved: false }],
  };
}

function people({ email, webhooks, slack }: Receivers) {
  const line = "{{ range .Alerts }}{{ .Annotations.summary }} ({{ .Annotations.runbook }})\n{{ end }}";
  return {
    name: "people",
    email_configs:
      email === null
        ? []
        : email.to.map((to) => ({
            to,
            from: email.from,
            smarthost: `${email.server.host}:${email.server.port}`,
            require_tls: email.server.tls,
            send_resolved: true,
            ...(email.user === null ? {} : { auth_username: email.user }),
            ...(email.password === null ? {} : { auth_password: email.password }),
          })),
    webhook_configs: webhooks.map(({ server, path }) => ({ url: url(server, path), send_resolved: true })),
    slack_configs: slack.map(({ server, path, channel }) => ({
      api_url: url(server, path),
      send_resolved: true,
      title: "[{{ .Status | toUpper }}] {{ .CommonLabels.stack }}: {{ .GroupLabels.alertname }}",
      text: line,
      ...(channel === null ? {} : { channel }),
    })),
  };
}

/**
 * Configuration, secret as a whole since addresses of receivers are keys to them. A site that is down silences what
 * only follows from it, but nothing of the security and not what always fires; a critical alert silences its own warning.
 */
export function alertmanagerFiles(input: AlertmanagerInput): Files {
  const { layout, receivers, repeatHours, scrapeSeconds } = input;
  const configuration = {
    // Of what alertGuard.ts tells; Prometheus says itself until when an alert lives.
    global: { resolve_timeout: `${alertTimes(scrapeSeconds).hold}s` },
    route: {
      receiver: "people",
      group_by: ["stack", "alertname"],
      group_wait: groupWait,
      group_interval: groupInterval,
      repeat_interval: `${repeatHours}h`,
      routes: [
        {
          receiver: "heartbeat",
          matchers: [`severity="${noTrouble}"`],
          group_wait: "0s",
          // An alert that goes on is told again when its group is looked at: that must not be later.
          group_interval: groupInterval,
          repeat_interval: `${receivers.heartbeat?.everyMinutes ?? 60}m`,
        },
      ],
    },
    inhibit_rules: [
      {
        source_matchers: ['alertname="SiteDown"'],
        target_matchers: ['alertname!="SiteDown"', 'group!="security"', `severity!="${noTrouble}"`],
        equal: ["stack"],
      },
      {
        source_matchers: ['severity="critical"'],
        target_matchers: ['severity="warning"'],
        equal: ["stack", "alertname", "host", "server"],
      },
    ],
    receivers: [people(receivers), heartbeatReceiver(receivers)],
  };
  return {
    [configurationPath(layout)]: secretFile(`${JSON.stringify(configuration, null, 2)}\n`, "alertmanager"),
  };
}

/** `data/alertmanager` must exist, writable by alertmanager. */
export function alertmanagerService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "alertmanager",
    command: [
      "prometheus-alertmanager",
      `--config.file=${configuration}`,
      `--storage.path=${layout.data}/alertmanager`,
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      // One of them: nobody to agree with.
      "--cluster.listen-address=",
      "--log.level=warn",
    ],
    user: "alertmanager",
    environment: { GOMAXPROCS: "1" },
    reload: "HUP",
    validate: ["amtool", "check-config", configuration],
    ready: { port: ports.alertmanager },
  });
}
