import assert from "node:assert/strict";
import fc from "fast-check";
import {
  chooseBootstrapNode,
  type NodePosition,
  parseGrastate,
  parseGvwstate,
  parseRecoveredPosition,
  renderGvwstate,
} from "../../../hosts/mariadb/recovery.ts";

const one = "9acc3fe6-e7bd-11f1-b20b-9a6f6611c773";
const other = "11111111-e7bd-11f1-b20b-9a6f6611c773";
const none = "00000000-0000-0000-0000-000000000000";

const node = (name: string, seqno: number, rest: Partial<NodePosition> = {}): NodePosition => ({
  name,
  uuid: one,
  seqno,
  safeToBootstrap: false,
  ...rest,
});

describe("reading a node's position", () => {
  it("reads grastate.dat after a clean end and after a crash", () => {
    const text = (seqno: number, safe: number) =>
      `# GALERA saved state\nversion: 2.1\nuuid:    ${one.toUpperCase()}\nseqno:   ${seqno}\nsafe_to_bootstrap: ${safe}\n`;
    assert.deepEqual(parseGrastate(text(12985, 1)), { uuid: one, seqno: 12985, safeToBootstrap: true });
    assert.deepEqual(parseGrastate(text(-1, 0)), { uuid: one, seqno: -1, safeToBootstrap: false });
  });

  it("takes nothing else for a grastate.dat", () => {
    for (const text of ["", "uuid: x\nseqno: 3\n", `uuid: ${one}\n`, "seqno: 4\n"])
      assert.equal(parseGrastate(text), null, text);
  });

  it("finds the last recovered position among the server's words", () => {
    const line = (seqno: number) =>
      `2026-11-24  4:23:32 0 [Note] WSREP: Recovered position: ${one}:${seqno}\n`;
    assert.deepEqual(parseRecoveredPosition(`InnoDB: x\n${line(1)}${line(77)}bye`), { uuid: one, seqno: 77 });
    assert.equal(parseRecoveredPosition("InnoDB: it is locked"), null);
  });

  it("reads the last view", () => {
    const text = `my_uuid: ${one}\n#vwbeg\nview_id: 3 ${one} 13\nbootstrap: 0\nmember: ${one} 0\nmember: ${other} 0\n#vwend\n`;
    assert.deepEqual(parseGvwstate(text), { view: one, members: [one, other] });
    assert.equal(parseGvwstate("x"), null);
  });

  it("writes a view that every member reads alike, each with an id of its own", () => {
    const members = [one, other];
    for (const own of members) {
      const text = renderGvwstate(own, members);
      assert.deepEqual(parseGvwstate(text), { view: other, members: [other, one] });
      assert.equal(text.split("\n")[0], `my_uuid: ${own}`);
    }
  });
});

describe("choosing the node that starts a stopped cluster", () => {
  it("takes the most advanced, and among equals the one that left last", () => {
    assert.deepEqual(chooseBootstrapNode([node("a", 3), node("b", 9), node("c", 8)]), { node: "b" });
    assert.deepEqual(chooseBootstrapNode([node("a", 9), node("b", 9, { safeToBootstrap: true })]), {
      node: "b",
    });
    assert.deepEqual(chooseBootstrapNode([node("a", 9), node("b", 9)]), { node: "a" });
  });

  it("does not believe a stale word of having left last", () => {
    assert.deepEqual(chooseBootstrapNode([node("a", 3, { safeToBootstrap: true }), node("b", 9)]), {
      node: "b",
    });
  });

  it("refuses two histories, naming both", () => {
    const choice = chooseBootstrapNode([node("a", 3), node("b", 900, { uuid: other })]);
    assert.ok("refuse" in choice);
    assert.match(choice.refuse, new RegExp(`different histories: a \\(${one}:3\\), b \\(${other}:900\\)`));
  });

  it("refuses when a node cannot be read: it may hold more", () => {
    const choice = chooseBootstrapNode([node("a", 3), node("b", -1, { uuid: "" })]);
    assert.ok("refuse" in choice);
    assert.match(choice.refuse, /the position of b \(unreadable\) cannot be read/);
  });

  it("refuses when nobody's data is whole, and when there is none", () => {
    assert.ok("refuse" in chooseBootstrapNode([node("a", -1), node("b", -1)]));
    assert.ok("refuse" in chooseBootstrapNode([]));
  });

  it("takes the first of nodes that never were in a cluster, and prefers any that was", () => {
    const fresh = (name: string) => node(name, -1, { uuid: none });
    assert.deepEqual(chooseBootstrapNode([fresh("a"), fresh("b")]), { node: "a" });
    assert.deepEqual(chooseBootstrapNode([fresh("a"), node("b", 0)]), { node: "b" });
  });

  const positions = fc.array(
    fc.record({
      name: fc.string({ minLength: 1 }),
      uuid: fc.constantFrom(one, one, one, other, none, ""),
      seqno: fc.integer({ min: -1, max: 50 }),
      safeToBootstrap: fc.boolean(),
    }),
    { maxLength: 7 },
  );

  /** Data that never was in a cluster has no position. */
  const told = (nodes: readonly NodePosition[]) =>
    nodes.map((position, index) => ({
      ...position,
      name: `n${index}`,
      seqno: position.uuid === none ? -1 : position.seqno,
    }));

  it("never loses a write set that any node of the history holds", () => {
    fc.assert(
      fc.property(positions, (nodes) => {
        const named = told(nodes);
        const choice = chooseBootstrapNode(named);
        if ("refuse" in choice) return;
        const chosen = named.find(({ name }) => name === choice.node);
        assert.ok(chosen);
        for (const { uuid, seqno } of named) {
          assert.notEqual(uuid, "");
          if (uuid !== none) {
            assert.equal(uuid, chosen.uuid);
            assert.ok(seqno <= chosen.seqno);
          }
        }
      }),
    );
  });

  it("chooses as far whatever the order of the nodes", () => {
    fc.assert(
      fc.property(positions, (nodes) => {
        const named = told(nodes);
        const reached = (list: readonly NodePosition[]) => {
          const choice = chooseBootstrapNode(list);
          return "refuse" in choice ? null : named.find(({ name }) => name === choice.node)?.seqno;
        };
        assert.equal(reached(named), reached([...named].reverse()));
      }),
    );
  });
});
