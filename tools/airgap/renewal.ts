const hourMs = 60 * 60 * 1000;

/** Start and end of a new certificate; the start lies in the present second. */
export function validity(hours: number, now: Date): { readonly notBefore: Date; readonly notAfter: Date } {
  const notBefore = new Date(Math.floor(now.getTime() / 1000) * 1000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + hours * hourMs) };
}

/** A time as the official plugin writes it: RFC 3339 without a fraction. */
export function timeText(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * Whether a certificate has reached its early renewal.
 * @param validityEndTime RFC 3339
 * @param earlyRenewalHours hours before the end from which it should be renewed
 */
export function readyForRenewal(validityEndTime: string, earlyRenewalHours: number, now: Date): boolean {
  return now.getTime() >= Date.parse(validityEndTime) - earlyRenewalHours * hourMs;
}
