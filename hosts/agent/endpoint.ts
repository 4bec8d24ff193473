/** The one port that a host's agent offers: HTTPS for the monitor and who watches it, in front of what listens on the loopback. */
import { statisticsPath } from "../haproxy/balancer.ts";
import { globalSection, haproxyCheck, haproxyCommand, section } from "../haproxy/common.ts";
import type { Layout } from "../layout.ts";
import { ports } from "../ports.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";
import type { TlsPaths } from "../tlsFiles.ts";

/** Something on the loopback that is offered. */
export interface Offer {
  /** Name, and first part of the path: `node` → `/node`. */
  readonly name: string;
  readonly port: number;
}

/** What the endpoint is told. */
export interface AgentEndpointInput {
  readonly offers: readonly Offer[];
  /** Common names of client certificates that may ask. */
  readonly callers: readonly string[];
  /** Common names that may ask for the watched offers alone, and the names of those offers. */
  readonly watch: { readonly callers: readonly string[]; readonly offers: readonly string[] };
  readonly tls: TlsPaths;
  /** Name of the balancer whose statistics page is offered, or null. */
  readonly statisticsOf: string | null;
}

const configurationPath = (layout: Layout) => `${layout.etc}/agent/endpoint.cfg`;

/** Path of the configuration, and its text. */
export function renderAgentEndpoint(
  layout: Layout,
  { offers, callers, watch, tls, statisticsOf }: AgentEndpointInput,
): readonly [path: string, text: string] {
  const named = (names: readonly string[]) => `{ ssl_c_s_dn(cn) -m str ${names.join(" ")} }`;
  const watched = `{ path ${watch.offers.map((name) => `/${name}`).join(" ")} }`;
  const watching = watch.callers.length === 0 ? "" : ` || ${named(watch.callers)} ${watched}`;
  const page = statisticsOf === null ? [] : [statisticsPath(statisticsOf)];
  const text = [
    globalSection({ connections: 100, threads: 1, minimumTlsVersion: "1.3", socket: null }),
    section("defaults", [
      "mode http",
      "log global",
      "timeout connect 300ms",
      // Idle connections of the monitor stay open between two collections, so that it need not shake hands anew.
      "timeout client 60s",
      "timeout server 10s",
      "timeout http-request 5s",
    ]),
    section("frontend agent", [
      `bind :${ports.agent} ssl crt ${tls.combined} ca-file ${tls.ca} verify required alpn h2,http/1.1`,
      "no log",
      `http-request deny deny_status 403 unless ${named(callers)}${watching}`,
      "http-request deny deny_status 405 unless METH_GET",
      ...page.map((path) => `use_backend statistics if { path_beg ${path} }`),
      ...offers.map(({ name }) => `use_backend ${name} if { path /${name} }`),
      "default_backend nothing",
    ]),
    section("backend nothing", ["http-request return status 404 content-type text/plain string nothing"]),
    ...offers.map(({ name, port }) =>
      section(`backend ${name}`, ["http-request set-path /metrics", `server it 127.0.0.1:${port}`]),
    ),
    ...page.map(() =>
      section("backend statistics", [`server balancer 127.0.0.1:${ports.balancerStatistics}`]),
    ),
  ].join("");
  return [configurationPath(layout), text];
}

/** Runs the endpoint. */
export function agentEndpointService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "agent-endpoint",
    command: haproxyCommand(configuration),
    user: "haproxy",
    reload: "USR2",
    validate: haproxyCheck(configuration),
    ready: { port: ports.agent },
  });
}
