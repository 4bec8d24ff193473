/** Typed resource classes of the onebox provider. What each input means stands with its kind in provider/kinds/. */
import * as pulumi from "@pulumi/pulumi";
import type { HostHandle, SandboxHandle } from "../handles.ts";
import type { BridgeInputs } from "../kinds/bridge.ts";
import type { DirectoryCopyInputs } from "../kinds/directoryCopy.ts";
import type { EndpointInputs } from "../kinds/endpoint.ts";
import type { ExitsInputs } from "../kinds/exits.ts";
import type { FileTreeInputs } from "../kinds/fileTree.ts";
import type { GaleraClusterInputs } from "../kinds/galeraCluster.ts";
import type { HostInputs } from "../kinds/host.ts";
import type { RosterInputs } from "../kinds/roster.ts";
import type { RuleSetInputs } from "../kinds/ruleSet.ts";
import type { SandboxInputs } from "../kinds/sandbox.ts";
import type { ServiceInputs } from "../kinds/service.ts";

import { type StandingHost, standingHosts } from "../standingHost.ts";

export type { HostHandle, SandboxHandle, StandingHost };

/**
 * Every host that stands in a stack's folder now, in a preview as in an `up`.
 * @throws pulumi.RunError when what stands cannot be read
 */
export async function hostsStandingIn(directory: string): Promise<readonly StandingHost[]> {
  const answer: unknown = await pulumi.runtime.invoke("onebox:index:standingHosts", { directory });
  const { hosts, problem } = standingHosts.parse(answer);
  if (problem !== null) throw new pulumi.RunError(problem);
  return hosts;
}

/** Inputs of a resource: each may be a value or an output. */
type Args<I> = { readonly [K in keyof I]: pulumi.Input<I[K]> };

/** Makes some keys optional: those with a default. */
type WithDefaults<I, K extends keyof I> = Args<Omit<I, K>> & Partial<Args<Pick<I, K>>>;

/** A stack's sandbox. */
export class Sandbox extends pulumi.CustomResource {
  /** What everything inside it refers to. */
  declare readonly handle: pulumi.Output<SandboxHandle>;

  constructor(name: string, args: Args<SandboxInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:Sandbox", name, { ...args, handle: undefined }, opts);
  }
}

/** Who belongs to the stack. */
export class Roster extends pulumi.CustomResource {
  constructor(name: string, args: Args<RosterInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:Roster", name, { ...args }, opts);
  }
}

/** The stack's switch. */
export class Bridge extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;

  constructor(name: string, args: Args<BridgeInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:Bridge", name, { ...args }, opts);
  }
}

/** A host. */
export class Host extends pulumi.CustomResource {
  /** What everything on it refers to. */
  declare readonly handle: pulumi.Output<HostHandle>;

  constructor(name: string, args: Args<HostInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:Host", name, { ...args, handle: undefined }, opts);
  }
}

/** Ways out of the sandbox, to servers of this machine's own network. */
export class Exits extends pulumi.CustomResource {
  constructor(name: string, args: Args<ExitsInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:Exits", name, { ...args }, opts);
  }
}

/** A host's packet filter. */
export class RuleSet extends pulumi.CustomResource {
  declare readonly rules: pulumi.Output<string>;

  constructor(name: string, args: Args<RuleSetInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:RuleSet", name, { ...args, applied: undefined }, opts);
  }
}

/** Files of a host. */
export class FileTree extends pulumi.CustomResource {
  /** Changes with the files: services that read them reload on it. */
  declare readonly version: pulumi.Output<string>;

  constructor(name: string, args: Args<FileTreeInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:FileTree", name, { ...args, version: undefined }, opts);
  }
}

/** A copy of a directory in a host. */
export class DirectoryCopy extends pulumi.CustomResource {
  declare readonly target: pulumi.Output<string>;

  constructor(name: string, args: Args<DirectoryCopyInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:DirectoryCopy", name, { ...args }, opts);
  }
}

type ServiceDefaults =
  | "groups"
  | "stateFile"
  | "share"
  | "output"
  | "capabilities"
  | "environment"
  | "directory"
  | "stopSignal"
  | "stopTimeout"
  | "validate"
  | "readyTimeout"
  | "manual"
  | "rollout";

/** A supervised process of a host. */
export class Service extends pulumi.CustomResource {
  constructor(
    name: string,
    args: WithDefaults<ServiceInputs, ServiceDefaults>,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("onebox:index:Service", name, { ...args }, opts);
  }
}

/** Orchestrated start of the database nodes, and the accounts in them. */
export class GaleraCluster extends pulumi.CustomResource {
  constructor(
    name: string,
    args: WithDefaults<GaleraClusterInputs, "schema">,
    opts?: pulumi.CustomResourceOptions,
  ) {
    super("onebox:index:GaleraCluster", name, { ...args }, opts);
  }
}

/** The site's address on the loopback. */
export class Endpoint extends pulumi.CustomResource {
  /** `https://name:port` */
  declare readonly url: pulumi.Output<string>;

  constructor(name: string, args: Args<EndpointInputs>, opts?: pulumi.CustomResourceOptions) {
    super("onebox:index:Endpoint", name, { ...args, url: undefined }, opts);
  }
}
