import assert from "node:assert/strict";
import { handlerOf } from "../../../provider/dispatch.ts";
import { project } from "../../../provider/handles.ts";
import { bridge } from "../../../provider/kinds/bridge.ts";
import { directoryCopy } from "../../../provider/kinds/directoryCopy.ts";
import { fileTree } from "../../../provider/kinds/fileTree.ts";
import { host } from "../../../provider/kinds/host.ts";
import { sandbox } from "../../../provider/kinds/sandbox.ts";
import { service } from "../../../provider/kinds/service.ts";

const sandboxHandle = { directory: "/tmp/none", incarnation: "x" };
const handle = { sandbox: sandboxHandle, name: "web-1", number: 1 };
const webService = {
  host: handle,
  name: "web",
  command: ["true"],
  user: "site",
  version: "1",
  reload: "HUP",
  ready: null,
};
const aHost = {
  sandbox: sandboxHandle,
  bridge: "stack",
  name: "web-1",
  number: 1,
  address: "10.77.0.1/16",
  names: {},
  keepListeners: false,
};

const findings = (handler: ReturnType<typeof handlerOf>, inputs: Record<string, unknown>) =>
  handler.check(inputs).map(({ property }) => property);

describe("the inputs of", () => {
  it("a host are names and addresses that links take and scripts cannot misread", () => {
    const handler = handlerOf(host);
    assert.deepEqual(findings(handler, aHost), []);
    for (const name of ["", "web 1", "web;reboot", "Web", "1web", "web-1-in-the-morning", "web_1", "-web"])
      assert.deepEqual(findings(handler, { ...aHost, name }), ["name"], name);
    for (const address of ["10.77.0.1", "10.77.0.256/16", "10.77.0.1/33", "; reboot"])
      assert.deepEqual(findings(handler, { ...aHost, address }), ["address"], address);
    assert.deepEqual(findings(handler, { ...aHost, number: 0, bridge: "$(x)" }), ["bridge", "number"]);
    assert.deepEqual(findings(handlerOf(bridge), { sandbox: sandboxHandle, name: "a b" }), ["name"]);
  });

  it("a sandbox never hold the project's own folder", () => {
    const handler = handlerOf(sandbox);
    const of = (directory: string) => findings(handler, { directory, userland: "tree", listeners: [] });
    for (const bad of [".", "/", "..", ".onebox/..", project]) assert.deepEqual(of(bad), ["directory"], bad);
    for (const good of [".onebox/stacks/dev", "/tmp/stack", "..stack"]) assert.deepEqual(of(good), [], good);
  });

  it("a service name users and variables that there are", () => {
    const handler = handlerOf(service);
    assert.deepEqual(findings(handler, webService), []);
    const wrong = { user: "apache", groups: ["site", "staff"], environment: { GOOD: "1", "A B": "2" } };
    assert.deepEqual(findings(handler, { ...webService, ...wrong }), ["user", "groups.1", "environment.A B"]);
    assert.deepEqual(findings(handler, { ...webService, reload: "KILL", stopTimeout: 5, name: "a/b" }), [
      ...["name", "stopTimeout", "reload"],
    ]);
  });

  it("a file tree stay below the host's folder", () => {
    const file = { content: "", mode: "0644", user: "root" };
    const folder = { mode: "0755", user: "site" };
    const tree = { host: handle, name: "t", files: {}, folders: {} };
    assert.deepEqual(
      findings(handlerOf(fileTree), {
        ...tree,
        files: { "/etc/passwd": file, "etc/../../x": file, "etc/a..b": file },
        folders: { "..": folder, "run/x": folder },
      }),
      ['files["/etc/passwd"]', 'files["etc/../../x"]', 'folders[".."]'],
    );
    assert.deepEqual(
      findings(handlerOf(fileTree), { ...tree, files: { a: { ...file, mode: "644", user: "me" } } }),
      ["files.a.mode", "files.a.user"],
    );
  });

  it("a file tree let root write nowhere where a daemon could have left a link", () => {
    const [own, roots] = ["nginx", "root"].map((user) => ({ mode: "0755", user }));
    const file = { content: "", mode: "0644", user: "root" };
    const of = (folders: object, files: object = {}) =>
      findings(handlerOf(fileTree), { host: handle, name: "t", files, folders });
    assert.deepEqual(of({ "log/own/web": own, "run/web": own, "log/web": roots }, { "etc/web/a": file }), []);
    assert.deepEqual(of({ "log/web": own }), ['folders["log/web"]']);
    assert.deepEqual(of({ "log/web/more": own }), ['folders["log/web/more"]']);
    assert.deepEqual(of({ "run/web": own }, { "run/web/state": file }), ['folders["run/web"]']);
    assert.deepEqual(of({ "run/agent": own, "run/agent/metrics": roots }), ['folders["run/agent"]']);
  });

  it("a directory copy name a directory that exists", () => {
    const copy = { host: handle, source: "/nowhere", digest: "0".repeat(64), target: "site" };
    assert.deepEqual(findings(handlerOf(directoryCopy), copy), ["source"]);
    assert.deepEqual(findings(handlerOf(directoryCopy), { ...copy, source: "/usr" }), []);
  });
});
