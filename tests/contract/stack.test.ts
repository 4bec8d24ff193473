/** One list of checks over every cloud: what a stack must be, wherever it stands. */
import assert from "node:assert/strict";
import { programStack as mockStack, shortType } from "../support/program.ts";
import { clouds } from "./clouds.ts";

type Stack = Awaited<ReturnType<typeof mockStack>>;

/** What must never be seen: the mocks put these words into every secret. */
const secretWords = /PRIVATE KEY-----|password-of-/;

const standing = "onebox:index:standingHosts";

/** The hosts of a stack as the machine would tell of them afterwards. */
const standingIn = ({ resources }: Stack) =>
  resources
    .filter(({ type }) => type === "onebox:index:Host")
    .map(({ name, inputs: { number, address } }) => ({
      name,
      number,
      address,
      data: "none",
      database: null,
    }));

/** Where a server's resources stand: on AWS in everything that they are told, on onebox by number and address. */
const placesOf = ({ resources }: Stack, server: string) =>
  resources
    .filter(({ name }) => name === server || name.startsWith(`${server}-`))
    .filter(({ type }) => type.startsWith("aws:") || type === "onebox:index:Host")
    .map(({ type, name, inputs: { names: _, ...inputs } }) => [type, name, inputs]);

const serversOf = (stack: Stack) => Object.keys(stack.result.servers).sort();

for (const { cloud, stack: name, withOneMore, swapped, withoutFirst } of clouds) {
  describe(`contract of cloud ${cloud}`, () => {
    let stack: Stack;

    before(async () => {
      stack = await mockStack(name);
    });

    it("answers over HTTPS", () => {
      assert.match(stack.result.endpoint, /^https:\/\/[a-z0-9.-]+(:\d+)?\/?$/);
    });

    it("tells where each web server stands", () => {
      assert.deepEqual(serversOf(stack), ["web-1", "web-2", "web-3"]);
      for (const location of Object.values(stack.result.servers)) assert.notEqual(location, "");
    });

    it("tells writer, readers and nodes of the database", () => {
      const { name: database, writer, reader, nodes } = stack.result.database;
      assert.equal(database, "foobar");
      assert.match(writer, /:3306$/);
      assert.match(reader, /:\d+$/);
      assert.ok(nodes.length > 0);
    });

    it("has dashboards, over HTTPS", () => {
      const urls = Object.values(stack.result.dashboards);
      assert.ok(urls.length > 0);
      for (const url of urls) assert.match(url, /^https:\/\//);
    });

    it("has an authority of its own", () => {
      assert.match(stack.result.caCertificate, /^-----BEGIN CERTIFICATE-----/);
    });

    it("permits what the site needs, with a reason each, and no login from outside", () => {
      const rows = stack.result.firewallMatrix;
      const permits = (from: RegExp, to: RegExp, port: string) =>
        rows.some((row) => from.test(row.from) && to.test(row.to) && row.port === port);
      assert.ok(permits(/^visitor$/, /^(balancer|lb-1)$/, "tcp/443"));
      assert.ok(permits(/^(balancer|lb-1)$/, /^web-1$/, "tcp/443"));
      assert.ok(permits(/^web-1$/, /^(database|db-1)$/, "tcp/3306"));
      for (const { why, port, from } of rows) {
        assert.ok(why.length > 10, `${from} ${port}`);
        assert.notEqual(port, "tcp/22");
      }
      assert.ok(!rows.some(({ from, to }) => from === "visitor" && /^(web|db|database)/.test(to)));
    });

    it("encrypts every hop and says how far each is authenticated", () => {
      assert.ok(stack.result.tlsHops.length >= 3);
      for (const { from, to, encrypted, note } of stack.result.tlsHops) {
        assert.equal(encrypted, true, `${from} to ${to}`);
        assert.notEqual(note, "");
      }
      const database = stack.result.tlsHops.filter(({ to }) => /database|db/.test(to));
      assert.ok(database.length > 0 && database.every(({ authenticated }) => authenticated));
    });

    it("puts every resource under a component", () => {
      for (const { type, name: resource, parent } of stack.resources) {
        if (/^(pulumi:|foobar:)/.test(type)) continue;
        assert.notEqual(parent, "", `${type} ${resource}`);
      }
    });

    it("shows no key and no password outside what is marked secret", () => {
      for (const { type, name: resource, inputs, secretInputs } of stack.resources) {
        for (const [key, value] of Object.entries(inputs)) {
          if (secretInputs.includes(key)) continue;
          assert.doesNotMatch(JSON.stringify(value) ?? "", secretWords, `${type} ${resource}: ${key}`);
        }
      }
    });

    it("does not look at the order of the servers' lines", async () => {
      const inputs = (each: Stack) =>
        new Map(each.resources.map((made) => [`${made.type} ${made.name}`, made.inputs]));
      const [before, after] = [await mockStack(name, withOneMore), await mockStack(name, swapped)];
      assert.deepEqual(inputs(after), inputs(before));
    });

    it("takes a server away without moving another, and puts a new one where nobody was", async () => {
      const after = await mockStack(name, withoutFirst, name, { [standing]: { hosts: standingIn(stack) } });
      for (const server of ["web-2", "web-3"])
        assert.deepEqual(placesOf(after, server), placesOf(stack, server), server);
      const numbers = (each: Stack, server: string) =>
        standingIn(each).flatMap((host) => (host.name === server ? [host.number] : []));
      for (const number of numbers(after, "web-4")) assert.ok(!numbers(stack, "web-1").includes(number));
      assert.deepEqual(serversOf(after), ["web-2", "web-3", "web-4"]);
    });

    it("adds a server without renaming anything that stands", async () => {
      const more = await mockStack(name, withOneMore);
      const names = (each: Stack) => each.resources.map((made) => `${shortType(made.type)} ${made.name}`);
      const after = new Set(names(more));
      assert.deepEqual(
        names(stack).filter((each) => !after.has(each)),
        [],
      );
      assert.deepEqual(serversOf(more), ["web-1", "web-2", "web-3", "web-4"]);
    });
  });
}
