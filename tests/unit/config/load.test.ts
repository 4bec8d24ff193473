import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings } from "../../../config/load.ts";
import { rawConfig } from "./support.ts";

function configure(values: Readonly<Record<string, string>>): void {
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`foobar:${key}`, value])),
  );
}

describe("loading the settings", () => {
  before(async () => {
    await pulumi.runtime.setMocks(
      { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
      "foobar",
      "dev",
    );
  });
  after(() => pulumi.runtime.setAllConfig({}));

  it("reads the project's own keys and no others", () => {
    configure(rawConfig({ domain: "shop.foobar.com" }));
    pulumi.runtime.setConfig("aws:region", "eu-central-1");
    assert.equal(loadSettings().domain, "shop.foobar.com");
  });

  it("ends with one message of all findings, printed without a stack trace", () => {
    configure(rawConfig({ tls: { mode: "both" }, flavour: "sweet", cloud: "azure" }));
    assert.throws(loadSettings, (error) => {
      assert.ok(error instanceof pulumi.RunError);
      const [heading, ...lines] = error.message.split("\n");
      assert.equal(
        heading,
        "The configuration of stack dev (Pulumi.dev.yaml) has 3 problems; the `pulumi config` lines need `--stack dev` unless it is the selected one:",
      );
      assert.deepEqual(
        lines.map((line) => line.split(": ")[0]),
        ["  - foobar:cloud", "  - foobar:tls.mode", "  - foobar:flavour"],
      );
      return true;
    });
  });

  it("refuses a secret that the engine does not hold encrypted", () => {
    const values = rawConfig({
      monitoring: { sumoLogic: "https://collectors.example.com/receiver/v1/http/t" },
    });
    const load = (encrypted: readonly string[]) => {
      configure(values);
      process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(encrypted);
      try {
        return loadSettings();
      } finally {
        delete process.env.PULUMI_CONFIG_SECRET_KEYS;
      }
    };
    assert.throws(
      () => load(["aws:monitoring", "foobar:domain"]),
      /1 problem.*\n {2}- foobar:monitoring\.sumoLogic: is a secret/,
    );
    assert.ok(load(["foobar:monitoring"]).monitoring.sumoLogic);
  });

  it("counts a single problem as one", () => {
    configure(rawConfig({ domain: "x" }));
    assert.throws(loadSettings, /has 1 problem; /);
  });
});
