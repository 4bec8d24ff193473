/** How far each hop of a visitor's way is encrypted and authenticated on AWS. Pure. */
import { ports } from "../../hosts/ports.ts";
import type { Hop } from "../hops.ts";

const visitorToAlb: Hop = {
  from: "visitor",
  to: "balancer",
  port: "tcp/443",
  encrypted: true,
  authenticated: true,
  caller: "nobody: the site is public",
  note: "the certificate is ACM's or an imported one",
};

const albToWeb: Hop = {
  from: "balancer",
  to: "web",
  port: "tcp/443",
  encrypted: true,
  authenticated: false,
  caller: "security group and packet filter: only the balancer's own network interfaces",
  note: "an ALB encrypts towards its targets but does not check their certificates; that it reaches the right ones rests on the VPC. `tls.mode: passthrough` has no such hop",
};

const visitorThroughNlb: Hop = {
  from: "visitor",
  to: "web",
  port: "tcp/443",
  encrypted: true,
  authenticated: true,
  caller: "nobody: the site is public",
  note: "the balancer passes TLS through and holds no key; the web server shows the visitors' certificate",
};

const nlbToHealth: Hop = {
  from: "balancer",
  to: "web",
  port: `tcp/${ports.webHealth}`,
  encrypted: true,
  authenticated: false,
  caller: "security group and packet filter: only the balancer's own network interfaces",
  note: "health checks only; an NLB does not check the certificate",
};

/** The hops of a mode. */
export function balancerHops(mode: "reencrypt" | "passthrough"): readonly Hop[] {
  return mode === "reencrypt" ? [visitorToAlb, albToWeb] : [visitorThroughNlb, nlbToHealth];
}
