/** The probe: asks for the site as a visitor does, and tries what no visitor may. */
import { type Files, type Layout, plainFile } from "./layout.ts";
import { ports } from "./ports.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";

/** What the probe is told. */
export interface ProbeInput {
  readonly layout: Layout;
  /** Authority that the site's certificate must come from, PEM file. */
  readonly ca: string;
}

/** What is asked of the site: an answer of the application and its database, past every cache. */
export const probedPath = "/health/ready";

const configurationPath = (layout: Layout) => `${layout.etc}/probe/blackbox.yml`;

/** Configuration of the probe: module `site` must succeed, module `outdated` must not. JSON is YAML. */
export function probeFiles({ layout, ca }: ProbeInput): Files {
  const configuration = {
    modules: {
      site: {
        prober: "http",
        timeout: "5s",
        http: {
          preferred_ip_protocol: "ip4",
          fail_if_not_ssl: true,
          follow_redirects: false,
          valid_status_codes: [200],
          tls_config: { ca_file: ca, min_version: "TLS12" },
        },
      },
      outdated: {
        prober: "tcp",
        timeout: "2s",
        tcp: {
          preferred_ip_protocol: "ip4",
          tls: true,
          // Only the version is tried: nothing is sent, whoever answers.
          tls_config: { insecure_skip_verify: true, min_version: "TLS10", max_version: "TLS11" },
        },
      },
    },
  };
  return { [configurationPath(layout)]: plainFile(`${JSON.stringify(configuration, null, 2)}\n`) };
}

/** Runs the probe, on the loopback. */
export function probeService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "probe",
    command: [
      "prometheus-blackbox-exporter",
      `--config.file=${configuration}`,
      `--web.listen-address=127.0.0.1:${ports.probe}`,
      "--log.level=error",
    ],
    user: "exporter",
    environment: { GOMAXPROCS: "1" },
    reload: "HUP",
    validate: ["prometheus-blackbox-exporter", `--config.file=${configuration}`, "--config.check"],
    ready: { port: ports.probe },
  });
}
