/** Which balancer holds the virtual address: VRRP by unicast between the two. */

import { balancerState } from "./haproxy/balancer.ts";
import type { Layout, Peer } from "./layout.ts";
import { ports } from "./ports.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";

/** What a balancer's keepalived is told. */
export interface KeepalivedInput {
  readonly layout: Layout;
  /** This host; one of `members`. */
  readonly host: string;
  /** All balancers. */
  readonly members: readonly Peer[];
  /** Where two could hold the address, the one with the higher number does; 1 to 254, the host's own for good. */
  readonly priority: number;
  /** With prefix length, `10.77.0.100/16`. */
  readonly virtualAddress: string;
  readonly interface: string;
  /** VRRP router id, 1 to 255, unique on the network. */
  readonly routerId: number;
  /**
   * Whether it also asks the balancer itself once a second. Not where programs belong to someone other than root, as
   * they seem to inside a user namespace: keepalived refuses to run them.
   */
  readonly asksBalancer: boolean;
}

const configurationPath = (layout: Layout) => `${layout.etc}/keepalived/keepalived.conf`;

/** Finds a balancer that hangs; once a second is keepalived's least. */
const question = `vrrp_script balancer {
  script "/usr/bin/socat -u OPEN:/dev/null TCP:127.0.0.1:${ports.balancerStatistics},connect-timeout=0.5"
  interval 1
  timeout 1
  rise 1
  fall 1
}

`;

/** Configuration file of keepalived. @throws Error when the host is not among the members. */
export function renderKeepalived(input: KeepalivedInput): string {
  const { layout, host, members } = input;
  const self = members.find(({ name }) => name === host);
  if (!self)
    throw new Error(`${host} is not one of the balancers ${members.map(({ name }) => name).join(", ")}`);
  const peers = members.filter(({ name }) => name !== host);
  return `global_defs {
  router_id ${host}
  # Version 3 counts in hundredths of a second.
  vrrp_version 3
  vrrp_check_unicast_src
${input.asksBalancer ? "  script_user root\n  enable_script_security\n" : ""}  # The switch learns the new place of the address at once and once more, in case the first is lost.
  vrrp_garp_master_delay 1
  vrrp_garp_master_repeat 3
  vrrp_garp_master_refresh 10
}

${input.asksBalancer ? question : ""}# The supervisor tells of an end at once. A balancer of which it has said nothing yet is none.
track_file balancer_state {
  file "${balancerState(layout)}"
  weight 0
  init_file 1
}

vrrp_instance site {
  interface ${input.interface}
  # Nobody is preferred while another one serves: giving the address back would interrupt a second time.
  state BACKUP
  nopreempt
  virtual_router_id ${input.routerId}
  priority ${input.priority}
  # Measured: the address moves in 0.3 s; with the customary 1 s, in 3.8 s.
  advert_int 0.1
  unicast_src_ip ${self.address}
  unicast_peer {
${peers.map(({ address }) => `    ${address}`).join("\n")}
  }
  virtual_ipaddress {
    ${input.virtualAddress} dev ${input.interface}
  }
${input.asksBalancer ? "  track_script {\n    balancer\n  }\n" : ""}  track_file {
    balancer_state
  }
}
`;
}

/** Configuration at `etc/keepalived/keepalived.conf`. Runs as root of the host: it sets addresses and sends raw packets. */
export function keepalivedService(layout: Layout): ServiceSpec {
  const configuration = configurationPath(layout);
  return serviceSpec({
    name: "keepalived",
    command: [
      "keepalived",
      ...["--vrrp", "--dont-fork", "--log-console", `--use-file=${configuration}`],
      // Of parts that do not run too: where it cannot write one of them, it says that it is running already.
      `--pid=${layout.run}/keepalived.pid`,
      ...["vrrp", "checkers", "bfd"].map((part) => `--${part}_pid=${layout.run}/keepalived-${part}.pid`),
    ],
    user: "root",
    capabilities: ["net_admin", "net_raw"],
    reload: "HUP",
    // It listens on nothing; what it leaves when it ends is no process.
    ready: { command: ["sh", "-c", `kill -0 "$(cat ${layout.run}/keepalived-vrrp.pid)"`] },
    validate: ["keepalived", `--config-test`, `--use-file=${configuration}`],
  });
}
