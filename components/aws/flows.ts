/** What this way of running the tiers needs beyond the site's own flows. */
import { ports } from "../../hosts/ports.ts";
import { FlowGraph, tcp, udp } from "../flows.ts";

const running = new FlowGraph()
  .allow("web", "services", tcp(ports.https), "secrets, artifacts, packages, logs, metrics, sessions")
  .allow("web", "services", udp(53), "names, from the network's own resolver")
  .allow("web", "services", tcp(53), "names whose answer is too long for UDP")
  .allow("web", "services", udp(67), "the lease of the host's address is renewed")
  .allow("web", "services", udp(123), "time, from the network's own clock")
  .allow("web", "services", tcp(80), "the instance's own metadata: its role's credentials")
  .allow("deployment", "database", tcp(ports.mysql), "a deployment makes accounts and tables")
  .allow("deployment", "services", tcp(ports.https), "a deployment reads the accounts' secrets");

/** The flows of cloud `aws` in a mode. */
export function awsFlows(mode: "reencrypt" | "passthrough"): FlowGraph {
  return mode === "reencrypt"
    ? running
    : running
        .allow("balancer", "web", tcp(ports.http), "the servers redirect to HTTPS, since the balancer cannot")
        .allow("balancer", "web", tcp(ports.webHealth), "the balancer checks what it does not decrypt");
}
