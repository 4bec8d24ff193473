import assert from "node:assert/strict";
import { type Machine, machineFindings } from "../../../tools/setup/checks.ts";

const good: Machine = {
  platform: "linux",
  arch: "x64",
  isRoot: false,
  namespaces: { works: true, error: "" },
  overlays: true,
  usernsClone: "1\n",
  apparmorRestricts: undefined,
  maxUserNamespaces: "96000\n",
  missingCommands: [],
  freeBytes: 50e9,
};
const refused = { works: false, error: "unshare failed: Operation not permitted" };

describe("machineFindings", () => {
  it("finds nothing on a good machine", () => {
    assert.deepEqual(machineFindings(good), []);
  });

  it("says only that it is not Linux where it is not", () => {
    assert.match(machineFindings({ ...good, platform: "darwin", freeBytes: 0 }).join(), /^platform: darwin/);
  });

  it("names the setting that forbids user namespaces, and root as the other way", () => {
    const settings: readonly (readonly [Partial<Machine>, RegExp])[] = [
      [{ usernsClone: "0\n" }, /sysctl kernel\.unprivileged_userns_clone=1.*as root/],
      [
        { apparmorRestricts: "1\n" },
        /apparmor_parser --replace \S+foobar-onebox` \(.*troubleshooting\.md#ubuntu\), or .*as root/,
      ],
      [{ maxUserNamespaces: "0\n" }, /sysctl user\.max_user_namespaces=15000.*as root/],
      [{}, /Operation not permitted\); run the command as root/],
    ];
    for (const [setting, expected] of settings) {
      const [finding = "", ...more] = machineFindings({
        ...good,
        namespaces: refused,
        overlays: false,
        ...setting,
      });
      assert.match(finding, expected);
      assert.deepEqual(more, []);
    }
  });

  it("does not send root to root", () => {
    const [finding = ""] = machineFindings({ ...good, isRoot: true, namespaces: refused });
    assert.match(finding, /--privileged/);
    assert.doesNotMatch(finding, /as root/);
  });

  it("lists everything at once", () => {
    const findings = machineFindings({
      ...good,
      arch: "ia32",
      overlays: false,
      missingCommands: ["perl", "tar"],
      freeBytes: 1e9,
    });
    assert.equal(findings.length, 4);
    assert.match(findings.join("\n"), /ia32[\s\S]*overlayfs[\s\S]*perl, tar[\s\S]*1\.0 GB free/);
  });
});
