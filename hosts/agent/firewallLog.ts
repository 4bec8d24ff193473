/** ulogd2: refused packets from the packet filter's log group into a file, one JSON object a line. */
import { type Layout, ownLogs } from "../layout.ts";
import { deniedLogGroup } from "../nftables.ts";
import { type ServiceSpec, serviceSpec } from "../service.ts";

/** File with refused packets. */
export const firewallLog = (layout: Layout): string => `${ownLogs(layout, "firewall")}/denied.json`;

/** Where the configuration lies. */
export const firewallLogConfiguration = (layout: Layout): string => `${layout.etc}/agent/ulogd.conf`;

/** Configuration of ulogd2. `plugins` is the folder of its plugins, which depends on the processor. */
export function renderFirewallLog(layout: Layout, plugins: string): string {
  const needed = ["inppkt_NFLOG", "raw2packet_BASE", "filter_IFINDEX", "filter_IP2STR", "output_JSON"];
  return `[global]
logfile="syslog"
loglevel=5
${needed.map((name) => `plugin="${plugins}/ulogd_${name}.so"`).join("\n")}
stack=denied:NFLOG,base:BASE,interface:IFINDEX,text:IP2STR,file:JSON

[denied]
group=${deniedLogGroup}

[file]
file="${firewallLog(layout)}"
sync=1
`;
}

/** Runs ulogd2. `log/own/firewall` must exist, writable by agent. */
export function firewallLogService(layout: Layout): ServiceSpec {
  return serviceSpec({
    name: "firewall-log",
    command: ["ulogd", `--configfile=${firewallLogConfiguration(layout)}`],
    user: "agent",
    // To listen to the packet filter.
    capabilities: ["net_admin"],
  });
}
