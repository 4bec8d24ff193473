/** What the dashboard says first, and which moments it marks on its charts. */

/** Signals that answer at once whether the site is up, how much it does, how fast, and what fails. */
export const headlines: readonly string[] = ["site-up", "qps", "latency-p95", "error-ratio"];

/** Something that a failover moves. */
export interface Drill {
  /** Letter of its marks. */
  readonly mark: string;
  /** What a mark says, before the names. */
  readonly title: string;
  /** Signal of kind `state` that tells it. */
  readonly signal: string;
  /** Label with the name of what has the state. */
  readonly label: string;
  /** `moves`: another series became 1. `goes`: a series went from 1 to 0. */
  readonly change: "moves" | "goes";
}

/** The three drills of the operating guide. */
export const drills: readonly Drill[] = [
  {
    mark: "W",
    title: "Database writer moved",
    signal: "database-writer",
    label: "server",
    change: "moves",
  },
  {
    mark: "B",
    title: "Active balancer moved",
    signal: "balancer-active",
    label: "host",
    change: "moves",
  },
  {
    mark: "S",
    title: "Web server left rotation",
    signal: "server-state",
    label: "server",
    change: "goes",
  },
];
