import assert from "node:assert/strict";
import { renderCloudInit } from "../../../hosts/cloudInit.ts";
import { plainFile, secretFile } from "../../../hosts/layout.ts";

const input = {
  hostname: "web-1",
  packages: ["jq"],
  maskedUnits: ["nginx.service"],
  files: { "/etc/a": plainFile("a\n") },
  commands: [["/bin/start"]],
};

const parsed = (text: string): unknown => JSON.parse(text.slice(text.indexOf("\n")));

describe("cloud-init", () => {
  it("writes files, installs packages and runs commands", () => {
    const text = renderCloudInit(input);
    assert.ok(text.startsWith("#cloud-config\n"));
    assert.deepEqual(parsed(text), {
      hostname: "web-1",
      preserve_hostname: false,
      manage_etc_hosts: true,
      ssh_pwauth: false,
      disable_root: true,
      bootcmd: [["systemctl", "mask", "--no-reload", "nginx.service"]],
      apt: { conf: 'Dir::Bin::Methods::http "false";\n' },
      package_update: true,
      package_upgrade: false,
      packages: ["jq"],
      write_files: [{ path: "/etc/a", permissions: "0644", content: "a\n" }],
      runcmd: [["/bin/start"]],
    });
  });

  it("asks for nothing from outside where the image holds all", () => {
    assert.doesNotMatch(renderCloudInit({ ...input, packages: [] }), /apt|package/);
  });

  it("refuses to hold a secret, and names the file", () => {
    assert.throws(
      () => renderCloudInit({ ...input, files: { "/etc/key": secretFile("k", "nginx") } }),
      /secrets do not belong into user data: \/etc\/key/,
    );
  });
});
