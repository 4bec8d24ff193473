/** Kinds of values that several keys share, each with its form in words: messages and the reference say it alike. Pure. */
import { z } from "zod";
import { isPrivateRange, parseRange } from "./ranges.ts";

const hostName = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/**
 * Text of a certain form.
 * @param form completes the sentence `must be ...`
 */
export const textLike = (pattern: RegExp, form: string) => z.string().regex(pattern).meta({ form });

/** A DNS name of two labels or more. */
export const hostNameText = () => textLike(hostName, "a lower-case host name, such as www.foobar.com");

/** An IPv4 range in CIDR notation. */
export const rangeText = () =>
  z
    .string()
    .refine((text) => parseRange(text) !== null)
    .meta({
      form: "an IPv4 range in CIDR notation with no bit set behind the prefix, such as 203.0.113.0/24",
      unit: "CIDR",
      example: "203.0.113.0/24",
    });

/** An IPv4 range inside RFC 1918's private ranges, its prefix length within bounds. */
export const privateRangeText = (shortest: number, longest: number, example: string) =>
  z
    .string()
    .refine((text) => {
      const bits = parseRange(text)?.bits ?? -1;
      return isPrivateRange(text) && bits >= shortest && bits <= longest;
    })
    .meta({
      form: `a private IPv4 range (RFC 1918) of /${shortest} to /${longest}, such as ${example}`,
      unit: "CIDR",
      example,
    });

/** A server by name and port; loopback addresses stand for this machine. */
export const serverText = (example: string) =>
  textLike(
    /^(127\.0\.0\.1|localhost|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
    `a server and its port, such as ${example}`,
  ).meta({ unit: "HOST:PORT", example });

/** A TCP port that needs no privilege. */
export const highPort = () => z.int().min(1024).max(65535).meta({ unit: "TCP port" });
