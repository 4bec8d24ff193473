/** What a bench found, as text: each figure beside its target. Pure. */

/** What a figure should be. */
export interface Target {
  readonly is: "at most" | "below" | "at least";
  readonly value: number;
}

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Digits after the point; default 2. */
  readonly digits?: number;
  readonly target?: Target;
}

/** What one part of the bench found. */
export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Lines below the figures: tables of their own, what to know about the figures. */
  readonly notes?: readonly string[];
}

/** Whether a figure is what it should be; null without a target. A figure that is not a number meets none. */
export function isMet({ value, target }: Pick<Figure, "value" | "target">): boolean | null {
  if (target === undefined) return null;
  if (target.is === "at least") return value >= target.value;
  return target.is === "below" ? value < target.value : value <= target.value;
}

/** Rows in columns: the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(width(column)) : cell.padStart(width(column))))
      .join("  ")
      .trimEnd(),
  );
}

const verdicts = new Map<boolean | null, string>([
  [true, "met"],
  [false, "NOT MET"],
  [null, ""],
]);

function rowOf(figure: Figure): readonly string[] {
  const { name, value, unit, digits = 2, target } = figure;
  const measured = Number.isFinite(value) ? value.toFixed(digits) : "none";
  const wanted = target === undefined ? "" : `${target.is} ${target.value}`;
  return [name, measured, unit, wanted, verdicts.get(isMet(figure)) ?? ""];
}

/** A section as lines of text. */
export function sectionLines({ title, figures, notes = [] }: Section): readonly string[] {
  const table =
    figures.length === 0 ? [] : columns([["", "measured", "", "target", ""], ...figures.map(rowOf)]);
  return [title, ...[...table, ...notes].map((line) => `  ${line}`.trimEnd())];
}

/** How many targets were met, in one line. */
export function verdictLine(sections: readonly Section[]): string {
  const judged = sections.flatMap(({ figures }) => figures).flatMap((figure) => isMet(figure) ?? []);
  return `${judged.filter((met) => met).length} of ${judged.length} targets met`;
}

/** The middle one of some values; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
