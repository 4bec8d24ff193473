/** One hop of a connection's way through the stack, as the `tlsHops` output tells it. Pure. */
export interface Hop {
  readonly from: string;
  readonly to: string;
  /** `tcp/443` */
  readonly port: string;
  /** Whether what crosses the network on this hop is encrypted. */
  readonly encrypted: boolean;
  /** Whether the caller checks the identity of whom it reached. */
  readonly authenticated: boolean;
  /** Whether the one who is called checks the caller, and how. */
  readonly caller: string;
  /** How, and where it falls short. */
  readonly note: string;
}
