import * as pulumi from "@pulumi/pulumi";
import { exitsConfiguration, exitsService, renderExits } from "../../hosts/haproxy/exits.ts";
import { gatewayService, renderGateway } from "../../hosts/haproxy/gateway.ts";
import { plainFile } from "../../hosts/layout.ts";
import { type FirewallFlow, renderNftables } from "../../hosts/nftables.ts";
import { ports } from "../../hosts/ports.ts";
import { Exits, type HostHandle, RuleSet } from "../../provider/sdk/index.ts";
import { deploy, layout, root } from "./deployment.ts";
import { type Exit, exitSockets, exitsFolder, gatewayExits, gatewayName } from "./exits.ts";

/** The sandbox's first inherited socket: 0, 1 and 2 are the standard streams. */
const firstDescriptor = 3;

/** Where the gateway's sockets lead, in the order in which the sandbox inherits them. */
export interface GatewayTargets {
  /** Address that the active balancer holds. */
  readonly site: string;
  /** Addresses of the monitors; the first answers. */
  readonly dashboards: readonly string[];
  /** The ways out; null where nothing leads out. */
  readonly exits: pulumi.Output<readonly Exit[]> | null;
  /** Addresses of the hosts that may use them. */
  readonly exiting: readonly string[];
}

/** The ways out, served by a process that has nothing to do with the visitors' way in. */
function deployExits(
  host: pulumi.Output<HostHandle>,
  exits: pulumi.Output<readonly Exit[]>,
  after: pulumi.Resource,
  options: pulumi.CustomResourceOptions,
): void {
  const sockets = new Exits(
    gatewayName,
    { host, folder: exitsFolder, user: "haproxy", servers: exits.apply(exitSockets) },
    options,
  );
  deploy(
    {
      host,
      hostName: gatewayName,
      name: "exits",
      files: exits.apply((known) => ({
        [exitsConfiguration(layout)]: plainFile(renderExits(gatewayExits(known, `${root}/${exitsFolder}`))),
      })),
      services: [exitsService(layout)],
      after: [after, sockets],
    },
    options,
  );
}

/** TCP from the machine's loopback to the stack; by the stack's own network comes in only who may leave. */
export function deployGateway(
  host: pulumi.Output<HostHandle>,
  { site, dashboards, exits, exiting }: GatewayTargets,
  options: pulumi.CustomResourceOptions,
): void {
  const flow = (name: string, peers: readonly string[], port: number, why: string): FirewallFlow => ({
    name,
    peers,
    protocol: "tcp",
    port,
    why,
  });
  const egress = [
    flow("site-https", [site], ports.https, "visitors use the site"),
    flow("site-http", [site], ports.http, "visitors are redirected to HTTPS"),
    ...(dashboards.length === 0
      ? []
      : [flow("dashboards", dashboards, ports.https, "operators open the dashboards")]),
  ];
  const leaving = (known: readonly Exit[]) =>
    [...new Set(known.map(({ port }) => port))].map((port) =>
      flow(`exit-${port}`, exiting, port, "people are told of alerts, and Sumo Logic gets copies"),
    );
  const ingress = exits === null ? [] : exits.apply(leaving);
  const rules = new RuleSet(
    gatewayName,
    { host, rules: pulumi.output(ingress).apply((known) => renderNftables({ ingress: known, egress })) },
    options,
  );
  const listeners = [
    { name: "https", target: `${site}:${ports.https}`, proxyProtocol: true },
    { name: "http", target: `${site}:${ports.http}`, proxyProtocol: true },
    ...dashboards
      .slice(0, 1)
      .map((address) => ({ name: "dashboards", target: `${address}:${ports.https}`, proxyProtocol: false })),
  ].map((listener, index) => ({ ...listener, bind: `fd@${firstDescriptor + index}` }));
  deploy(
    {
      host,
      hostName: gatewayName,
      name: "gateway",
      files: { [`${layout.etc}/gateway/haproxy.cfg`]: plainFile(renderGateway(listeners)) },
      services: [gatewayService(layout)],
      after: [rules],
    },
    options,
  );
  if (exits !== null) deployExits(host, exits, rules, options);
}
