import * as pulumi from "@pulumi/pulumi";
import type { Member } from "./members.ts";
import type { Network } from "./network.ts";

/** What certificates are needed. */
export interface CertificatesArgs<N extends Network> {
  readonly network: N;
  readonly domain: string;
  readonly members: readonly Member[];
  /** Validity of issued certificates, days. */
  readonly validDays: number;
  /** Renewed by `pulumi up` when closer than this to the end, days. */
  readonly renewBeforeDays: number;
}

/** A certificate chain and its private key, PEM. */
export interface KeyPair {
  readonly certificate: pulumi.Output<string>;
  /** Secret. */
  readonly key: pulumi.Output<string>;
}

/**
 * `service`: what a member shows to the tier before it and to its peers (server and client use).
 * `agent`: what its monitoring agent shows to the monitor; the monitor's own is the client of all agents.
 */
export type Purpose = "service" | "agent";

/** The stack's own certificate authority, and a certificate per member and purpose, P-256. */
export abstract class Certificates extends pulumi.ComponentResource {
  /** Certificate of the authority, PEM: what curl and a browser must trust on onebox. */
  abstract readonly caCertificate: pulumi.Output<string>;

  /**
   * A member's certificate for a purpose.
   * @throws Error for a member that was not among the args, which is a fault of the program.
   */
  abstract of(member: Member, purpose: Purpose): KeyPair;
}
