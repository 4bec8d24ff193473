/** A part of `npm test`. */
export interface Suite {
  /** Name for `--only`. */
  readonly name: string;
  /** Whether it runs only when it is named. */
  readonly byNameOnly?: boolean;
  /** Folder of its tests; undefined for checks of the source. */
  readonly folder?: string;
  /** Programs of node_modules/.bin with arguments, for checks of the source. */
  readonly check?: readonly string[];
}

/** The parts in the order in which they run: quick ones first, those that start whole stacks last. */
export const suites: readonly Suite[] = [
  { name: "lint", check: ["biome", "ci", "--colors=off"] },
  { name: "types", check: ["tsc", "--noEmit", "-p", "."] },
  { name: "types-site", check: ["tsc", "--noEmit", "-p", "site"] },
  { name: "types-dashboard", check: ["tsc", "--noEmit", "-p", "dashboard"] },
  ...["unit", "policy", "contract", "provider", "onebox", "browser"].map((name) => ({
    name,
    folder: `tests/${name}`,
  })),
  // Outside auditors, some of them Python programs: `npm run audit`.
  { name: "audit", folder: "tests/audit", byNameOnly: true },
  // Needs an AWS account or something that plays one: `npm run test:aws`.
  { name: "aws", folder: "tests/aws", byNameOnly: true },
];

/**
 * Chooses parts by the value of `--only`.
 * @param only names separated by commas; undefined for all
 * @returns the parts in their order, or the names that are none
 */
export function chooseSuites(
  only: string | undefined,
): { readonly chosen: readonly Suite[] } | { readonly unknown: readonly string[] } {
  if (only === undefined) return { chosen: suites.filter(({ byNameOnly }) => byNameOnly !== true) };
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  return unknown.length > 0 ? { unknown } : { chosen: suites.filter(({ name }) => names.includes(name)) };
}

/** Counts of one part or of several. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not run: `skip` or no body. */
  readonly pending: number;
}

/** Adds counts up. */
export function total(counts: readonly Counts[]): Counts {
  const sum = (of: keyof Counts): number => counts.reduce((all, each) => all + each[of], 0);
  return { passed: sum("passed"), failed: sum("failed"), pending: sum("pending") };
}

/** Command line of mocha for the tests of a folder. */
export function mochaCommand(
  folder: string,
  countsFile: string,
  grep: string | undefined,
): readonly string[] {
  return [
    "mocha",
    "--reporter",
    "./tools/testing/reporter.mjs",
    "--reporter-option",
    `countsFile=${countsFile}`,
    ...(grep === undefined ? [] : ["--grep", grep]),
    `${folder}/**/*.test.ts`,
  ];
}
