import assert from "node:assert/strict";
import { hostCommand, sandboxCommand } from "../../../provider/enter.ts";

describe("command lines into namespaces", () => {
  it("enter a sandbox made by root by its mounts, network and processes", () => {
    assert.deepEqual(sandboxCommand({ pid: 42, rootless: false }, ["ip", "link"]), [
      ...["nsenter", "--target", "42", "--mount", "--net", "--pid", "--", "ip", "link"],
    ]);
  });

  it("enter a sandbox made without root by its user first", () => {
    assert.deepEqual(sandboxCommand({ pid: 42, rootless: true }, ["true"]), [
      ...["nsenter", "--target", "42", "--user", "--preserve-credentials"],
      ...["--mount", "--net", "--pid", "--", "true"],
    ]);
  });

  it("enter a host from within its sandbox, and never take the command for options", () => {
    assert.deepEqual(hostCommand({ pid: 42, rootless: false }, 7, ["--help"]), [
      ...["nsenter", "--target", "42", "--mount", "--net", "--pid", "--"],
      ...["nsenter", "--target", "7", "--mount", "--net", "--pid", "--uts", "--ipc", "--", "--help"],
    ]);
  });
});
