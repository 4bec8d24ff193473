import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../config/schema.ts";
import {
  Bridge,
  Host,
  type HostHandle,
  Roster,
  Sandbox,
  type SandboxHandle,
} from "../../provider/sdk/index.ts";
import { type Member, ofTier, type Tier } from "../members.ts";
import { Network, type NetworkArgs } from "../network.ts";
import type { AddressPlan, Place } from "./addresses.ts";
import { type Exit, exitNames, gatewayName } from "./exits.ts";
import { deployGateway } from "./gateway.ts";

/** What the machine underneath lends to the stack. */
export interface Machine {
  /** The stack's folder, from the project's. */
  readonly directory: string;
  /** Who stands where. */
  readonly plan: AddressPlan;
  /** Servers whose data may be lost. */
  readonly discard: readonly string[];
  /** The root of the hosts, from the project's folder. */
  readonly userland: string;
  /** Whether the stack runs without root: its daemons then all are the one user that the sandbox has. */
  readonly rootless: boolean;
  readonly ports: Settings["onebox"];
  /** The site's name. */
  readonly domain: string;
  /** Whether a balancer watches the monitor, and so tells people outside too. */
  readonly watched: boolean;
  /** Servers outside that the monitor and who watches it may reach; null for none. */
  readonly exits: pulumi.Output<readonly Exit[]> | null;
}

const loopback = "127.0.0.1";
const bridgeName = "stack";

/** Names every host knows: members by name, the virtual address by the site's place. */
function namesOf(plan: AddressPlan): Record<string, string> {
  const members = Object.entries(plan.places).map(([name, { address }]) => [name, address] as const);
  return {
    ...Object.fromEntries(members),
    [gatewayName]: plan.gateway.address,
    "virtual-address": plan.virtual.address,
  };
}

/**
 * Names with a meaning of their own on one tier: the application's database is its own host's database proxy, which
 * passes the connection through to the writer; the monitor looks at the site by its name, and gets out by the gateway,
 * as the balancers do where one watches it.
 */
function tierNames(
  plan: AddressPlan,
  domain: string,
  exits: readonly Exit[],
  watched: boolean,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const outside = Object.fromEntries(exitNames(exits).map((name) => [name, plan.gateway.address] as const));
  return {
    ...(watched ? { balancer: outside } : {}),
    web: { database: loopback },
    monitor: { ...outside, [domain]: plan.virtual.address },
  };
}

/** A sandbox with a bridge, and a host for each member: its addresses and namespaces. */
export class OneboxNetwork extends Network {
  readonly plan: AddressPlan;
  readonly ranges: pulumi.Output<Readonly<Record<string, string>>>;
  readonly sandbox: pulumi.Output<SandboxHandle>;
  /** The sandbox itself: what lives in it ends with it and need not be deleted piece by piece. */
  readonly sandboxResource: Sandbox;
  readonly ports: Settings["onebox"];
  readonly rootless: boolean;
  private readonly hosts: ReadonlyMap<string, Host>;
  private readonly site = Promise.withResolvers<void>();

  constructor(name: string, args: NetworkArgs, machine: Machine, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:Network", name, {}, opts);
    this.plan = machine.plan;
    this.ranges = pulumi.output(this.plan.ranges);
    this.ports = machine.ports;
    this.rootless = machine.rootless;
    const { httpsPort, httpPort, dashboardPort } = machine.ports;
    const sandbox = new Sandbox(
      "sandbox",
      {
        directory: machine.directory,
        userland: machine.userland,
        listeners: [
          { address: loopback, port: httpsPort, setting: "foobar:onebox.httpsPort" },
          { address: loopback, port: httpPort, setting: "foobar:onebox.httpPort" },
          { address: loopback, port: dashboardPort, setting: "foobar:onebox.dashboardPort" },
        ],
      },
      { parent: this },
    );
    this.sandboxResource = sandbox;
    this.sandbox = sandbox.handle;
    const at = this.inside();
    const bridge = new Bridge("bridge", { sandbox: sandbox.handle, name: bridgeName }, at);
    const places: AddressPlan["places"] = { ...this.plan.places, [gatewayName]: this.plan.gateway };
    const withPrefix = ({ address }: Place) => `${address}/${this.plan.bits}`;
    const roster = new Roster(
      "roster",
      {
        sandbox: sandbox.handle,
        hosts: Object.fromEntries(
          Object.entries(places).map(([host, place]) => [
            host,
            { number: place.number, address: withPrefix(place) },
          ]),
        ),
        discard: [...machine.discard],
      },
      at,
    );
    const makeHost = (host: string, tier: string) => {
      const place = places[host];
      if (!place) throw new Error(`host ${host} has no address`);
      return new Host(
        host,
        {
          sandbox: sandbox.handle,
          bridge: bridge.name,
          name: host,
          number: place.number,
          address: withPrefix(place),
          passed: tier === "balancer" ? [this.plan.virtual.address] : [],
          names: pulumi.output(machine.exits ?? []).apply((exits) => ({
            ...namesOf(this.plan),
            ...tierNames(this.plan, machine.domain, exits, machine.watched)[tier],
          })),
          keepListeners: host === gatewayName,
        },
        { ...at, dependsOn: [roster] },
      );
    };
    const members = args.members.map((member) => [member.name, makeHost(member.name, member.tier)] as const);
    this.hosts = new Map([...members, [gatewayName, makeHost(gatewayName, gatewayName)] as const]);
    const addresses = (tier: Tier) => ofTier(args.members, tier).map((member) => this.addressOf(member));
    const dashboards = addresses("monitor");
    const exiting = machine.watched ? [...dashboards, ...addresses("balancer")] : dashboards;
    deployGateway(
      this.host(gatewayName),
      { site: this.plan.virtual.address, dashboards, exits: machine.exits, exiting },
      at,
    );
    this.registerOutputs({ ranges: this.ranges });
  }

  /** Options of a resource inside the sandbox: gone with it. */
  inside(parent: pulumi.Resource = this): pulumi.CustomResourceOptions {
    return { parent, deletedWith: this.sandboxResource };
  }

  /** A host's handle. @throws Error for a name without a host: a fault of the program. */
  host(name: string): pulumi.Output<HostHandle> {
    const host = this.hosts.get(name);
    if (!host) throw new Error(`there is no host ${name}`);
    return host.handle;
  }

  /**
   * The same handle for what looks at the site and is no part of it: known once the site's own parts are made, so that
   * those come first. No dependency: in the state the parts are independent of each other.
   */
  hostOfObserver(name: string): pulumi.Output<HostHandle> {
    return pulumi.all([this.host(name), this.site.promise]).apply(([handle]) => handle);
  }

  /** Tells what the site consists of: to be called once, when all of that has been declared. */
  siteConsistsOf(parts: readonly pulumi.Resource[]): void {
    pulumi.all(parts.map(({ urn }) => urn)).apply(() => this.site.resolve());
  }

  /** A member's address. @throws Error for a member without one: a fault of the program. */
  addressOf(member: Pick<Member, "name">): string {
    const place = this.plan.places[member.name];
    if (!place) throw new Error(`${member.name} has no address`);
    return place.address;
  }
}
