/** IPv4 range arithmetic. Pure. */

/** An IPv4 range: first address as an unsigned 32-bit number, prefix length in bits. */
export interface Range {
  readonly first: number;
  readonly bits: number;
}

/** Parses `a.b.c.d/n`; null when it is malformed or has bits set past the prefix. */
export function parseRange(text: string): Range | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return null;
  const numbers = match.slice(1).map(Number);
  const bits = numbers[4] ?? 33;
  const octets = numbers.slice(0, 4);
  if (bits > 32 || octets.some((octet) => octet > 255)) return null;
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return first % 2 ** (32 - bits) === 0 ? { first, bits } : null;
}

/** Dotted form of a 32-bit address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** CIDR form of a range. */
export function formatRange(range: Range): string {
  return `${formatAddress(range.first)}/${range.bits}`;
}

/** Whether `inner` lies wholly within `outer`. */
export function contains(outer: Range, inner: Range): boolean {
  const size = 2 ** (32 - outer.bits);
  return inner.bits >= outer.bits && Math.floor(inner.first / size) === Math.floor(outer.first / size);
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** Whether the range is inside one of RFC 1918's private ranges. */
export function isPrivateRange(text: string): boolean {
  const inner = parseRange(text);
  if (!inner) return false;
  return privateRanges.some((outer) => {
    const parsed = parseRange(outer);
    return parsed !== null && contains(parsed, inner);
  });
}

/**
 * The `index`-th slice of a range cut into slices of `bits` prefix length.
 * @throws RangeError when the slice lies outside the range.
 */
export function slice(range: Range, bits: number, index: number): Range {
  if (bits < range.bits || bits > 32 || index < 0 || index >= 2 ** (bits - range.bits)) {
    throw new RangeError(`slice ${index} of /${bits} lies outside ${formatRange(range)}`);
  }
  return { first: range.first + index * 2 ** (32 - bits), bits };
}

/**
 * The `index`-th address of a range, 0 being its first (the network's own).
 * @throws RangeError when it lies outside the range.
 */
export function addressAt(range: Range, index: number): string {
  if (index < 0 || index >= 2 ** (32 - range.bits)) {
    throw new RangeError(`address ${index} lies outside ${formatRange(range)}`);
  }
  return formatAddress(range.first + index);
}
