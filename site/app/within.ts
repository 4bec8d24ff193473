import { TimedOut } from "./database/failures.ts";

/**
 * Waits for a promise, but no longer than `ms` milliseconds.
 * @param late runs when time is up, before the rejection
 * @throws TimedOut
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  what: string,
  late?: () => void,
): Promise<T> {
  const { promise: expiry, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late?.();
    reject(new TimedOut(`${what} took longer than ${Math.ceil(ms)} ms`));
  }, ms);
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
