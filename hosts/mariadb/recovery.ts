/** Which node of a stopped Galera cluster may start it again without losing what was acknowledged. Pure. */

/** How far a stopped node's data goes. */
export interface NodePosition {
  readonly name: string;
  /** History that the data belongs to; all zeros for data that never was in a cluster; "" when it cannot be told. */
  readonly uuid: string;
  /** Last write set in the data; -1 when it cannot be told. */
  readonly seqno: number;
  /** Whether the node left last, by its own record. */
  readonly safeToBootstrap: boolean;
}

/** The node to start with, or why none may be chosen by a program. */
export type BootstrapChoice = { readonly node: string } | { readonly refuse: string };

const uuidText = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
const noHistory = "00000000-0000-0000-0000-000000000000";

/** Parses grastate.dat; null for text that is none. */
export function parseGrastate(text: string): Omit<NodePosition, "name"> | null {
  const uuid = text.match(new RegExp(`^uuid:\\s*(${uuidText})\\s*$`, "m"))?.[1];
  const seqno = text.match(/^seqno:\s*(-?\d+)\s*$/m)?.[1];
  if (uuid === undefined || seqno === undefined) return null;
  const safe = text.match(/^safe_to_bootstrap:\s*([01])\s*$/m)?.[1];
  return { uuid: uuid.toLowerCase(), seqno: Number(seqno), safeToBootstrap: safe === "1" };
}

/** Finds the position in what `mariadbd --wsrep-recover` prints; the last one if there are more; null if none. */
export function parseRecoveredPosition(
  text: string,
): { readonly uuid: string; readonly seqno: number } | null {
  const found = [...text.matchAll(new RegExp(`Recovered position:\\s*(${uuidText}):(-?\\d+)`, "g"))].at(-1);
  const [, uuid, seqno] = found ?? [];
  return uuid === undefined || seqno === undefined
    ? null
    : { uuid: uuid.toLowerCase(), seqno: Number(seqno) };
}

/** Parses gvwstate.dat, the last primary view and its members; null for text that is none. */
export function parseGvwstate(
  text: string,
): { readonly view: string; readonly members: readonly string[] } | null {
  const view = text.match(new RegExp(`^view_id:\\s*\\d+\\s+(${uuidText})\\s+\\d+`, "m"))?.[1];
  if (view === undefined) return null;
  const members = [...text.matchAll(new RegExp(`^member:\\s*(${uuidText})\\s+\\d+`, "gm"))].flatMap(
    ([, member]) => (member === undefined ? [] : [member.toLowerCase()]),
  );
  return { view: view.toLowerCase(), members };
}

/**
 * Text of a gvwstate.dat: the primary view that a node was last in. Nodes that start with it wait for each other, and
 * when all of its members are there they form that group again (pc.recovery).
 * @param own the node's id, one of `members`, which are the same for all of them: UUIDs
 */
export function renderGvwstate(own: string, members: readonly string[]): string {
  const sorted = members.toSorted();
  return [
    `my_uuid: ${own}`,
    "#vwbeg",
    // 3: a primary view. The first of the members speaks for it.
    `view_id: 3 ${sorted[0] ?? own} 1`,
    "bootstrap: 0",
    ...sorted.map((member) => `member: ${member} 0`),
    "#vwend",
    "",
  ].join("\n");
}

const list = (nodes: readonly NodePosition[]) =>
  nodes
    .map(({ name, uuid, seqno }) => `${name} (${uuid === "" ? "unreadable" : `${uuid}:${seqno}`})`)
    .join(", ");

/**
 * Picks the most advanced node of the one history; among equals the one that left last, else the first given.
 * Refuses when there are two histories, or when a node cannot be read and so may hold more than the others.
 * Data that never was in a cluster counts for nothing beside data that was. A node whose history is known but whose
 * position is -1 was being filled by another one, which holds at least as much.
 */
export function chooseBootstrapNode(nodes: readonly NodePosition[]): BootstrapChoice {
  const [first] = nodes;
  if (!first) return { refuse: "no node has data; name the node to begin with by initialising it" };
  const unreadable = nodes.filter(({ uuid }) => uuid === "");
  const withHistory = nodes.filter(({ uuid }) => uuid !== "" && uuid !== noHistory);
  if (unreadable.length > 0) {
    return {
      refuse: `the position of ${list(unreadable)} cannot be read, and it may hold writes that the others lack. Look at its log and mend it, or move its data directory away if it is beyond repair; known: ${list(withHistory)}`,
    };
  }
  if (withHistory.length === 0) return { node: first.name };
  if (new Set(withHistory.map(({ uuid }) => uuid)).size > 1) {
    return {
      refuse: `the nodes hold different histories: ${list(withHistory)}. Decide which one is right and move the data directories of the others away`,
    };
  }
  const [best, ...rest] = withHistory.filter(({ seqno }) => seqno >= 0);
  if (!best) {
    return {
      refuse: `no node has complete data: ${list(withHistory)}. Restore a backup`,
    };
  }
  const better = (one: NodePosition, other: NodePosition) =>
    other.seqno > one.seqno || (other.seqno === one.seqno && other.safeToBootstrap && !one.safeToBootstrap)
      ? other
      : one;
  return { node: rest.reduce(better, best).name };
}
