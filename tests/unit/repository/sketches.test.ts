/** The worked examples of the pages are programs: they fulfil the contracts and make what the pages say. */
import assert from "node:assert/strict";
import { z } from "zod";
import type { Settings } from "../../../config/load.ts";
import { addressPlan as sketchPlan } from "../../fixtures/third-cloud/addresses.ts";
import { committedConfig, type MockedStack, mockedStack } from "../../support/mockedStack.ts";

const machineType = "hcloud:index/server:Server";

/** The committed servers without the balancers, which the sketch's cloud runs itself. */
const withoutBalancers = (settings: Settings): Settings => ({
  ...settings,
  servers: settings.servers.filter(({ role }) => role !== "balancer"),
});

async function sketchStack() {
  const { loadSettings } = await import("../../../config/load.ts");
  const { WebStack } = await import("../../../components/stack.ts");
  const { sketchCloud } = await import("../../fixtures/third-cloud/cloud.ts");
  return mockedStack({ stack: "dev", config: committedConfig("dev") }, async () => {
    const settings = withoutBalancers(loadSettings());
    return new WebStack("web", { settings, cloud: sketchCloud() }).outputs;
  });
}

/** The dev stack with a cache made beside each web server. */
async function stackWithCache() {
  const { loadSettings } = await import("../../../config/load.ts");
  const { WebStack } = await import("../../../components/stack.ts");
  const { oneboxCloud } = await import("../../../components/onebox/cloud.ts");
  const { cacheFlows } = await import("../../fixtures/new-component/cache.ts");
  const { OneboxCache } = await import("../../fixtures/new-component/onebox.ts");
  return mockedStack({ stack: "dev", config: committedConfig("dev") }, async () => {
    const settings = loadSettings();
    const cloud = await oneboxCloud(settings);
    const server: typeof cloud.server = (name, args, opts) => {
      new OneboxCache(name, { ...args, memoryMiB: 64 }, opts);
      return cloud.server(name, args, opts);
    };
    return new WebStack("web", {
      settings,
      cloud: { ...cloud, flows: cloud.flows.and(cacheFlows), server },
    }).outputs;
  });
}

const userData = z.string().startsWith("#cloud-config\n");

describe("sketch of a third cloud", () => {
  type Outputs = Awaited<ReturnType<typeof sketchStack>>["result"];
  let stack: MockedStack<Outputs>;
  before(async () => {
    stack = await sketchStack();
  });

  const machines = () => stack.resources.filter(({ type }) => type === machineType);

  it("makes a machine of every member that is not managed, each with an address of its own", () => {
    const names = machines().map(({ name }) => name);
    assert.deepEqual(names.sort(), ["db-1", "db-2", "db-3", "monitor", "web-1", "web-2", "web-3"]);
    const addresses = machines().map(({ inputs }) => JSON.stringify(inputs.networks));
    assert.equal(new Set(addresses).size, addresses.length);
  });

  it("moves nobody when others come, go or change lines", () => {
    const web = (name: string) => ({
      name,
      tier: "web" as const,
      zone: "a" as const,
      size: "small" as const,
      managed: false,
    });
    const [one, two, three] = [web("web-1"), web("web-2"), web("web-3")];
    const of = (...members: readonly ReturnType<typeof web>[]) =>
      sketchPlan("10.79.0.0/16", members).addresses;
    const all = of(one, two, three);
    assert.equal(new Set(Object.values(all)).size, 3);
    assert.deepEqual(of(three, two, one), all);
    assert.deepEqual({ ...of(two, three), "web-1": all["web-1"] }, all);
    const crowd = Array.from({ length: 12 }, (_, index) => web(`web-${index}`));
    assert.throws(
      () => sketchPlan("10.79.0.0/24", crowd),
      /^RangeError: web-\d+ and web-\d+ would both stand at 10\.79\.0\.\d+; give one another name$/,
    );
  });

  it("starts each with its default-deny firewall and without a secret", () => {
    for (const { name, inputs } of machines()) {
      const text = userData.parse(inputs.userData);
      assert.match(text, /policy drop/, name);
      assert.doesNotMatch(text, /PRIVATE KEY-----|password-of-/, name);
    }
  });

  it("lets each machine send what the matrix says, and nothing else", () => {
    for (const { name, inputs } of machines()) {
      const sent = [...userData.parse(inputs.userData).matchAll(/counter out_\w+ \{ \}/g)].length;
      const rows = stack.result.firewallMatrix.filter(({ from }) => from === name);
      const tiers = new Set(rows.map(({ to, port }) => `${to.replace(/-\d+$/, "")} ${port}`));
      assert.equal(sent, tiers.size, name);
    }
  });

  it("puts every web server behind the balancer", () => {
    const targets = stack.resources.filter(({ type }) => type.endsWith(":LoadBalancerTarget"));
    assert.deepEqual(targets.map(({ name }) => name).sort(), ["web-1", "web-2", "web-3"]);
    assert.equal(stack.result.endpoint, "https://www.foobar.com");
  });
});

describe("worked example of a component", () => {
  type Outputs = Awaited<ReturnType<typeof stackWithCache>>["result"];
  let stack: MockedStack<Outputs>;
  before(async () => {
    stack = await stackWithCache();
  });

  const named = (type: string, name: string) =>
    stack.resources.find((each) => each.type === `onebox:index:${type}` && each.name === name);

  it("runs on each web host, behind its firewall, with its key in a secret", () => {
    for (const host of ["web-1", "web-2", "web-3"]) {
      const service = named("Service", `${host}-cache`);
      assert.ok(service?.after.includes(host), host);
      assert.doesNotMatch(String(service?.inputs.command), /PRIVATE KEY/);
      assert.deepEqual(named("FileTree", `${host}-cache`)?.secretInputs, ["files"]);
    }
  });

  it("is reached by the other web hosts alone", () => {
    const rows = stack.result.firewallMatrix.filter(({ port }) => port === "tcp/11211");
    assert.equal(rows.length, 6);
    for (const { from, to } of rows) assert.match(`${from} ${to}`, /^web-\d web-\d$/);
    assert.match(String(named("RuleSet", "web-1")?.inputs.rules), /tcp dport 11211/);
    assert.doesNotMatch(String(named("RuleSet", "db-1")?.inputs.rules), /11211/);
  });
});
