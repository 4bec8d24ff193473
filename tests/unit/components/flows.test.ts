import assert from "node:assert/strict";
import fc from "fast-check";
import {
  FlowGraph,
  matrixOf,
  type Party,
  type Port,
  portText,
  type Rule,
  rulesOf,
  tcp,
  udp,
  vrrp,
} from "../../../components/flows.ts";
import type { Member, Tier } from "../../../components/members.ts";
import { roles, zones } from "../../../config/schema.ts";

const member = (name: string, tier: Tier): Member => ({
  name,
  tier,
  zone: "a",
  size: "small",
  managed: false,
});

const party = fc.constantFrom<Party>(...roles, "visitor", "operator", "services");
const port = fc.oneof<fc.Arbitrary<Port>[]>(
  fc.integer({ min: 1, max: 65535 }).map(tcp),
  fc.integer({ min: 1, max: 65535 }).map(udp),
  fc.constant(vrrp),
  fc.constant<Port>({ protocol: "icmp" }),
);
const graphs = fc
  .array(fc.record({ from: party, to: party, port, why: fc.string() }), { maxLength: 12 })
  .map((flows) => new FlowGraph(flows));
const stacks = fc.uniqueArray(
  fc.record<Member>({
    name: fc.stringMatching(/^[a-z]{1,4}-[1-9]$/),
    tier: fc.constantFrom(...roles),
    zone: fc.constantFrom(...zones),
    size: fc.constant("small"),
    managed: fc.boolean(),
  }),
  { selector: ({ name }) => name, maxLength: 9 },
);

type Cell = string;
const cell = (from: string, to: string, { flow }: Rule): Cell =>
  JSON.stringify([from, to, portText(flow.port), flow.why]);
const ends = ({ peer, peers }: Rule): readonly string[] =>
  peer === "visitor" || peer === "operator" || peer === "services" ? [peer] : peers.map(({ name }) => name);

/** What the members' own rules permit, told as cells of the matrix: as those who send see it, and who receive. */
function cellsOf(graph: FlowGraph, members: readonly Member[]) {
  const sent = members.flatMap((self) =>
    rulesOf(graph, self, members).egress.flatMap((rule) => ends(rule).map((to) => cell(self.name, to, rule))),
  );
  const received = members.flatMap((self) =>
    rulesOf(graph, self, members).ingress.flatMap((rule) =>
      ends(rule).map((from) => cell(from, self.name, rule)),
    ),
  );
  return { sent, received };
}

describe("flow graph", () => {
  const members = [
    member("lb-1", "balancer"),
    member("lb-2", "balancer"),
    member("web-1", "web"),
    member("web-2", "web"),
    member("db-1", "database"),
  ];
  const graph = new FlowGraph()
    .allow("visitor", "balancer", tcp(443), "visitors use the site")
    .allow("balancer", "web", tcp(443), "requests")
    .allow("balancer", "balancer", vrrp, "who holds the address")
    .allow("database", "database", tcp(4567), "replication")
    .allow("web", "services", udp(53), "names");
  const seen = (rules: readonly Rule[]) =>
    rules.map((rule) => `${rule.peer} ${ends(rule).join("+")} ${portText(rule.flow.port)}`);

  it("compiles to what each member lets in and out", () => {
    const [balancer, , web] = members;
    assert.ok(balancer && web);
    const of = (self: Member) => {
      const { ingress, egress } = rulesOf(graph, self, members);
      return { in: seen(ingress), out: seen(egress) };
    };
    assert.deepEqual(of(balancer), {
      in: ["visitor visitor tcp/443", "balancer lb-2 vrrp"],
      out: ["web web-1+web-2 tcp/443", "balancer lb-2 vrrp"],
    });
    assert.deepEqual(of(web), { in: ["balancer lb-1+lb-2 tcp/443"], out: ["services services udp/53"] });
  });

  it("lets nothing through for a tier of one that would talk to itself", () => {
    const database = members.at(-1);
    assert.ok(database);
    assert.deepEqual(rulesOf(graph, database, members), { ingress: [], egress: [] });
  });

  it("prints as the matrix", () => {
    assert.deepEqual(
      matrixOf(graph, members).map(({ from, to, port: at }) => `${from} → ${to} ${at}`),
      [
        "visitor → lb-1 tcp/443",
        "visitor → lb-2 tcp/443",
        "lb-1 → web-1 tcp/443",
        "lb-1 → web-2 tcp/443",
        "lb-2 → web-1 tcp/443",
        "lb-2 → web-2 tcp/443",
        "lb-1 → lb-2 vrrp",
        "lb-2 → lb-1 vrrp",
        "web-1 → services udp/53",
        "web-2 → services udp/53",
      ],
    );
  });

  it("grows by new graphs and leaves the old as they were", () => {
    const more = graph.and(new FlowGraph().allow("web", "database", tcp(3306), "reads and writes"));
    assert.equal(graph.flows.length, 5);
    assert.deepEqual(
      more.flows.map(({ why }) => why),
      [...graph.flows.map(({ why }) => why), "reads and writes"],
    );
  });

  it("rules and matrix say the same of any graph: nothing more, nothing less", () => {
    fc.assert(
      fc.property(graphs, stacks, (any, stack) => {
        const { sent, received } = cellsOf(any, stack);
        const matrix = matrixOf(any, stack).map((row) =>
          JSON.stringify([row.from, row.to, row.port, row.why]),
        );
        const names = new Set(stack.map(({ name }) => name));
        const from = (text: Cell, at: 0 | 1) => {
          const ends: unknown = JSON.parse(text);
          return Array.isArray(ends) && names.has(ends[at]);
        };
        assert.deepEqual(sent.toSorted(), matrix.filter((row) => from(row, 0)).toSorted());
        assert.deepEqual(received.toSorted(), matrix.filter((row) => from(row, 1)).toSorted());
      }),
    );
  });

  it("what one member may send, the other takes in, and the other way round", () => {
    fc.assert(
      fc.property(graphs, stacks, (any, stack) => {
        const { sent, received } = cellsOf(any, stack);
        const names = stack.map(({ name }) => JSON.stringify(name));
        const inner = (cells: readonly Cell[]) =>
          cells
            .filter((text) => names.some((name) => text.startsWith(`[${name},`)))
            .filter((text) => names.some((name) => text.split(",")[1] === name))
            .toSorted();
        assert.deepEqual(inner(sent), inner(received));
      }),
    );
  });

  it("nobody is allowed to talk to itself", () => {
    fc.assert(
      fc.property(graphs, stacks, (any, stack) => {
        assert.ok(
          matrixOf(any, stack).every(
            ({ from, to }) => from !== to || !stack.some(({ name }) => name === from),
          ),
        );
      }),
    );
  });
});
