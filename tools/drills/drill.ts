/** What a drill is, and what it came to. */
import type { OneboxStack } from "../onebox/stack.ts";
import type { Running } from "./hosts.ts";

/** What a drill works with. */
export interface Scene {
  readonly stack: OneboxStack;
  readonly live: Running;
  readonly balancers: readonly string[];
  readonly webs: readonly string[];
  readonly databases: readonly string[];
  /** `pulumi up` of the stack with further flags. @returns its exit code */
  readonly up: (flags: readonly string[]) => Promise<number>;
  /** Author of the entries that this run makes, of no other one. */
  readonly author: string;
  /** Prints a line of what is done. */
  readonly say: (line: string) => void;
  /** To be called before the harm: how it is undone, whatever happens, Ctrl-C too. */
  readonly undo: (how: () => Promise<void>) => void;
  /** Tokens of the writes that were acknowledged so far. */
  readonly acknowledged: () => ReadonlySet<string>;
  /** Resolves when the site has served so many more reads and writes. */
  readonly served: (count: number) => Promise<void>;
}

/** What the stack promises. No acknowledged write is ever lost. */
export interface Promised {
  /** Whether every request is answered. */
  readonly everyRequest: boolean;
  /** Longest time without an acknowledged write, seconds; several times what an idle machine takes. */
  readonly seconds: number;
}

/** One thing that goes wrong, or is done, while visitors read and write. */
export interface Drill {
  readonly name: string;
  /** What is done. */
  readonly what: string;
  /** What it shows. */
  readonly why: string;
  readonly promised: Promised;
  /** What a stack must have for it; undefined when it has. */
  readonly needs?: (scene: Pick<Scene, "balancers" | "webs" | "databases">) => string | undefined;
  /** Does it. @returns the tokens that must be kept, where that is not every acknowledged one */
  readonly act: (scene: Scene) => Promise<ReadonlySet<string> | undefined>;
}

/** What visitors saw. */
export interface Outcome {
  readonly reads: number;
  readonly failedReads: readonly string[];
  readonly writes: number;
  readonly failedWrites: readonly string[];
  readonly lost: number;
  /** Longest time between two answers, and between two acknowledged writes, seconds. */
  readonly withoutReads: number;
  readonly withoutWrites: number;
}

/** The promises that were broken, a line each; empty when all were kept. Pure. */
export function broken(promised: Promised, outcome: Outcome): readonly string[] {
  const { lost, failedReads, failedWrites, withoutWrites } = outcome;
  const failed = [...failedReads, ...failedWrites];
  return [
    ...(lost > 0 ? [`${lost} acknowledged writes are lost`] : []),
    ...(promised.everyRequest && failed.length > 0
      ? [`${failed.length} requests failed (${[...new Set(failed)].slice(0, 5).join("; ")})`]
      : []),
    ...(withoutWrites > promised.seconds
      ? [`${withoutWrites.toFixed(1)} s without a write, ${promised.seconds} s are promised`]
      : []),
  ];
}

/** Exit code of the command: 1 when a promise was broken. Pure. */
export const exitCode = (promised: Promised, outcome: Outcome): number =>
  broken(promised, outcome).length === 0 ? 0 : 1;

/** The report. Pure. */
export function reportText({ name, promised }: Drill, outcome: Outcome): string {
  const faults = broken(promised, outcome);
  return [
    `  reads            ${outcome.reads}, failed ${outcome.failedReads.length}`,
    `  writes           ${outcome.writes} acknowledged, failed ${outcome.failedWrites.length}, lost ${outcome.lost}`,
    `  without service  ${outcome.withoutReads.toFixed(2)} s for readers, ${outcome.withoutWrites.toFixed(2)} s for writers`,
    faults.length === 0
      ? `${name}: the promise is kept`
      : `${name}: the promise is broken: ${faults.join("; ")}`,
    "",
  ].join("\n");
}
