/** A rule over several keys. Pure. */
import type { Finding } from "./findings.ts";
import type { Checked } from "./schema.ts";

export type Rule = (known: Partial<Checked>) => readonly Finding[];

function has<K extends keyof Checked>(
  known: Partial<Checked>,
  needs: readonly K[],
): known is Partial<Checked> & Pick<Checked, K> {
  return needs.every((key) => key in known);
}

/** A rule about some keys of the first level; it is passed over while one of them is missing or has a fault. */
export const rule =
  <K extends keyof Checked>(
    needs: readonly K[],
    check: (settings: Pick<Checked, K>) => readonly Finding[],
  ): Rule =>
  (known) =>
    has(known, needs) ? check(known) : [];
