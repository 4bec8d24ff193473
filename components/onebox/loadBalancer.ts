import type * as pulumi from "@pulumi/pulumi";
import { balancerService, renderBalancer } from "../../hosts/haproxy/balancer.ts";
import { renderDrainServer } from "../../hosts/haproxy/drain.ts";
import { keepalivedService, renderKeepalived } from "../../hosts/keepalived.ts";
import { plainFile, programFile } from "../../hosts/layout.ts";
import { ports } from "../../hosts/ports.ts";
import { Endpoint, type Service } from "../../provider/sdk/index.ts";
import type { Hop } from "../hops.ts";
import { LoadBalancer, type LoadBalancerArgs } from "../loadBalancer.ts";
import { rankOf } from "./addresses.ts";
import { deploy, layout } from "./deployment.ts";
import { drainProgram } from "./drain.ts";
import { bothFiles, material, withFiles } from "./material.ts";
import type { OneboxParts } from "./parts.ts";

type Args = LoadBalancerArgs<OneboxParts>;
type Node = Args["nodes"][number];

/** One thread is faster than two for new TLS connections on two cores (measured: 3.1 k/s against 1.6 k/s). */
const threads = 1;

/** A recovered server gets its full share after this, milliseconds. */
const slowStartMs = 2000;

/** VRRP's router id: there is one pair of balancers on the sandbox's own network. */
const routerId = 51;

/** VRRP's priority of the balancer that stands first; what is above it is left free. */
const highestPriority = 150;

/** Two HAProxy hosts; keepalived moves the virtual address to the one that lives. */
export class OneboxLoadBalancer extends LoadBalancer {
  readonly endpoint: pulumi.Output<string>;
  readonly hops: readonly Hop[];
  /** The balancer hosts. */
  readonly members: readonly { readonly name: string; readonly address: string }[];

  constructor(name: string, args: Args, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:LoadBalancer", name, {}, opts);
    const { network, nodes, domain, certificates, tls } = args;
    this.members = nodes.map(({ member }) => ({ name: member.name, address: network.addressOf(member) }));
    const services = nodes.flatMap((node) => this.node(args, node));
    // They come after the web servers.
    network.siteConsistsOf(services);
    const endpoint = new Endpoint(
      name,
      {
        sandbox: network.sandbox,
        serverName: domain,
        address: "127.0.0.1",
        port: network.ports.httpsPort,
        ca: certificates.caCertificate,
        path: "/",
      },
      network.inside(this),
    );
    this.endpoint = endpoint.url;
    this.hops = hopsOf(tls.mode);
    this.registerOutputs({ endpoint: this.endpoint });
  }

  private node(
    { network, certificates, targets, domain, tls, limits }: Args,
    { member, firewall }: Node,
  ): readonly Service[] {
    const host = network.host(member.name);
    const at = network.inside(this);
    const visitor = material(certificates, certificates.visitor, "visitor", "haproxy");
    const service = material(certificates, certificates.of(member, "service"), "balancer", "haproxy");
    const config = renderBalancer({
      layout,
      host: member.name,
      domain,
      addresses: [...new Set([network.plan.virtual.address, network.addressOf(member)])],
      gateways: [network.plan.gateway.address],
      tlsMode: tls.mode,
      minimumTlsVersion: tls.minimumVersion,
      visitorTls: visitor.paths,
      serviceTls: service.paths,
      servers: targets.map((server) => ({ name: server.member.name, address: server.address })),
      limits,
      redirectPorts: { [ports.http]: ports.https, [network.ports.httpPort]: network.ports.httpsPort },
      threads,
      slowStartMs,
    });
    const balancer = deploy(
      {
        host,
        hostName: member.name,
        name: "balancer",
        files: withFiles(bothFiles(visitor.files, service.files), {
          [`${layout.etc}/balancer/haproxy.cfg`]: plainFile(config),
          [drainProgram]: programFile(renderDrainServer(layout, limits.drainSeconds)),
        }),
        folders: { [`${layout.run}/balancer`]: "haproxy" },
        services: [balancerService(layout)],
        // HAProxy takes a server that is new to it for healthy until its first check has failed.
        after: [firewall.ruleSet, ...targets.flatMap((server) => server.services)],
      },
      at,
    );
    if (this.members.length === 1) return balancer.services;
    const standby = deploy(
      {
        host,
        hostName: member.name,
        name: "keepalived",
        files: {
          [`${layout.etc}/keepalived/keepalived.conf`]: plainFile(
            renderKeepalived({
              layout,
              host: member.name,
              members: this.members,
              priority: highestPriority - rankOf(network.plan, member),
              virtualAddress: `${network.plan.virtual.address}/${network.plan.bits}`,
              interface: "eth0",
              routerId,
              asksBalancer: !network.rootless,
            }),
          ),
        },
        services: [keepalivedService(layout)],
        after: [firewall.ruleSet, ...balancer.services],
      },
      at,
    );
    return [...balancer.services, ...standby.services];
  }
}

function hopsOf(mode: Args["tls"]["mode"]): readonly Hop[] {
  const passthrough = mode === "passthrough";
  return [
    {
      from: "visitor",
      to: passthrough ? "web" : "balancer",
      port: `tcp/${ports.https}`,
      encrypted: true,
      authenticated: true,
      caller: "not asked for a certificate: visitors are anonymous",
      note: passthrough
        ? "the balancer passes TLS through by its server name and cannot read it; the web server shows the visitor's certificate"
        : "plain HTTP is answered with a redirect only",
    },
    ...(passthrough
      ? [
          {
            from: "balancer",
            to: "web",
            port: `tcp/${ports.webHealth}`,
            encrypted: true,
            authenticated: true,
            caller: "by client certificate",
            note: "health checks; the server's name and authority are verified",
          },
        ]
      : [
          {
            from: "balancer",
            to: "web",
            port: `tcp/${ports.https}`,
            encrypted: true,
            authenticated: true,
            caller: "by client certificate",
            note: "the server's name and authority are verified, for requests and health checks alike",
          },
        ]),
  ];
}
