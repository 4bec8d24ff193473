import assert from "node:assert/strict";
import { getuid } from "node:process";
import { balancerState } from "../../../hosts/haproxy/balancer.ts";
import { keepalivedService, renderKeepalived } from "../../../hosts/keepalived.ts";
import { balancers } from "./support/stack.ts";
import { Workplace } from "./support/workplace.ts";

describe("keepalived", () => {
  const place = new Workplace();
  before(() => place.folders("run"));
  after(() => place.close());

  const config = (host: string, asksBalancer = true, priority = 150) =>
    renderKeepalived({
      layout: place.layout,
      host,
      members: balancers,
      priority,
      virtualAddress: "10.77.0.100/16",
      interface: "eth0",
      routerId: 51,
      asksBalancer,
    });

  it("runs no program where programs are not root's own", () => {
    assert.match(config("lb-1"), /vrrp_script/);
    assert.doesNotMatch(config("lb-1", false), /script/);
    assert.match(config("lb-1", false), /track_file/);
  });

  // To an ordinary user no program of the machine is root's own: only what runs there can be checked there.
  for (const asksBalancer of getuid?.() === 0 ? [true, false] : [false])
    it(`accepts its configuration ${asksBalancer ? "with" : "without"} a script`, () => {
      const path = place.text("keepalived.conf", config("lb-1", asksBalancer));
      const { code, text } = place.run(
        ["sh", "-es"],
        `ip link add eth0 type veth peer name peer\nkeepalived --config-test --use-file=${path}\n`,
      );
      assert.equal(code, 0, text);
    });

  it("holds the address while its balancer runs, and not before the supervisor has said so", () => {
    const path = place.text("keepalived.conf", config("lb-1", false));
    const { command } = keepalivedService(place.layout);
    const words = command.map((word) => word.replace(/^--use-file=.*/, `--use-file=${path}`)).join(" ");
    const { code, text } = place.run(
      ["sh", "-e"],
      [
        "ip link add eth0 type veth peer name peer",
        "ip address add 10.77.0.11/16 dev eth0; ip link set eth0 up; ip link set peer up",
        'held() { ip -o address show dev eth0 | grep -q " 10.77.0.100/"; }',
        `say() { echo "$1" >${balancerState(place.layout)}; }`,
        `: >${place.root}/said; ${words} >>${place.root}/said 2>&1 &`,
        "trap 'kill $!; exit 1' TERM",
        `until grep -q "entering FAULT state" ${place.root}/said; do kill -0 $!; sleep 0.05; done`,
        "if held; then echo too early; fi",
        "say 0; until held; do kill -0 $!; sleep 0.05; done",
        "say 1; while held; do kill -0 $!; sleep 0.05; done",
        "kill $!; wait $!; echo ended",
      ].join("\n"),
    );
    assert.deepEqual({ code, text }, { code: 0, text: "ended\n" });
  });

  it("has the priority that it is given, speaks to the other alone, and never takes the address back", () => {
    const [one, two] = [config("lb-1"), config("lb-2", true, 140)];
    assert.match(one, /priority 150\n/);
    assert.match(two, /priority 140\n/);
    assert.match(one, /unicast_src_ip 10\.77\.0\.11\n {2}unicast_peer \{\n {4}10\.77\.0\.12\n {2}\}/);
    assert.match(two, /unicast_src_ip 10\.77\.0\.12\n {2}unicast_peer \{\n {4}10\.77\.0\.11\n {2}\}/);
    assert.match(one, /state BACKUP\n {2}nopreempt\n/);
    assert.match(one, /advert_int 0\.1\n/);
  });

  it("refuses a host that is none of the balancers", () => {
    assert.throws(() => config("web-1"), /web-1 is not one of the balancers lb-1, lb-2/);
  });
});
