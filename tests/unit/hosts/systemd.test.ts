import assert from "node:assert/strict";
import { layoutUnder } from "../../../hosts/layout.ts";
import { serviceSpec } from "../../../hosts/service.ts";
import { renderFolders, renderTimer, renderUnit, renderUsers } from "../../../hosts/systemd.ts";

const layout = layoutUnder("/srv/host", "/opt/node");

const unit = (spec: Parameters<typeof serviceSpec>[0], lowPort = false) =>
  renderUnit({
    spec: serviceSpec(spec),
    description: "A service",
    layout,
    workingDirectory: "/srv",
    writable: ["/srv/host/run/a"],
    groups: ["site"],
    lowPort,
    after: ["nftables.service"],
  });

const lines = (text: string) => text.split("\n");

describe("systemd units", () => {
  it("run a service for good, as its user, in its folder", () => {
    const text = lines(unit({ name: "a", command: ["prog", "-x"], user: "nginx" }));
    for (const line of [
      "User=nginx",
      "SupplementaryGroups=site",
      "WorkingDirectory=/srv",
      "ExecStart=prog -x",
      "LimitNOFILE=65536",
      "Restart=always",
      "StartLimitIntervalSec=0",
      "ReadWritePaths=/srv/host/run/a",
      "After=network-online.target nftables.service",
      "StandardOutput=append:/srv/host/log/a/output.log",
    ]) {
      assert.ok(text.includes(line), line);
    }
  });

  it("take everything from a service that it has no use for", () => {
    const text = lines(unit({ name: "a", command: ["prog"], user: "site" }));
    assert.ok(text.includes("CapabilityBoundingSet="));
    assert.ok(text.includes("ProtectSystem=strict"));
    assert.ok(text.includes("NoNewPrivileges=yes"));
  });

  it("give a low port to who needs one, and no other privilege", () => {
    assert.ok(
      lines(unit({ name: "a", command: ["prog"], user: "nginx" }, true)).includes(
        "AmbientCapabilities=CAP_NET_BIND_SERVICE",
      ),
    );
  });

  it("check the files before a start and before a reload", () => {
    const text = lines(
      unit({ name: "a", command: ["prog"], user: "nginx", reload: "HUP", validate: ["prog", "-t"] }),
    );
    assert.ok(text.includes("ExecStartPre=prog -t"));
    assert.deepEqual(
      text.filter((line) => line.startsWith("ExecReload")),
      ["ExecReload=prog -t", "ExecReload=/bin/kill -HUP $MAINPID"],
    );
  });

  it("take words and values as they are", () => {
    const text = unit({
      name: "a",
      command: ["prog", "a b", "100%", "$HOME", 'say "x"'],
      user: "site",
      environment: { A: "1 2" },
    });
    assert.match(text, /^ExecStart=prog "a b" "100%%" "\$\$HOME" "say \\"x\\""$/m);
    assert.match(text, /^Environment="A=1 2"$/m);
  });

  it("repeat a command", () => {
    const units = renderTimer({
      name: "t",
      description: "T",
      command: ["/bin/t"],
      everySeconds: 60,
      writable: ["/run/t"],
    });
    assert.deepEqual(Object.keys(units), ["t.service", "t.timer"]);
    assert.match(units["t.timer"] ?? "", /OnUnitActiveSec=60/);
    assert.match(units["t.service"] ?? "", /Type=oneshot\nExecStart=\/bin\/t/);
  });

  it("make users and folders", () => {
    assert.equal(renderUsers(["site"]), 'u site - "foobar site"\n');
    assert.equal(
      renderFolders({ "/run/a": "nginx" }, { "/log/a": "nginx" }),
      "d /run/a 0755 nginx nginx -\nf /log/a 0644 nginx nginx -\n",
    );
  });
});
