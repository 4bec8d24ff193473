/** What wrk says of a load. Pure. */

/** One load's result. */
export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 2xx and 3xx, and connections that failed. */
  readonly failed: number;
}

const perUnit: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

function milliseconds(text: string, percentile: number): number {
  const [, value, unit = ""] = new RegExp(`^\\s*${percentile}%\\s+([\\d.]+)([a-z]+)`, "m").exec(text) ?? [];
  return Number(value) * (perUnit[unit] ?? Number.NaN);
}

/** Parses the output of `wrk --latency`. @throws Error when it holds no result */
export function parseWrk(text: string): Load {
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(text)?.[1];
  if (rate === undefined) throw new Error(`wrk gave no result:\n${text}`);
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text) ?? [];
  return {
    requestsPerSecond: Number(rate),
    p50: milliseconds(text, 50),
    p99: milliseconds(text, 99),
    failed: [...errors].slice(1).reduce((sum, count) => sum + Number(count), bad),
  };
}
