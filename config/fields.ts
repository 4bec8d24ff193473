/** Kinds of values that several keys share, each with its form in words: messages and the reference say it alike. Pure. */
import { domainToASCII } from "node:url";
import { z } from "zod";
import { isLoopback } from "./loopback.ts";
import { isPrivateRange, parseRange } from "./ranges.ts";

/** Labels of letters, digits and inner hyphens, two or more; the last one is no number, as those are addresses. */
const labels =
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a text is a DNS name as it is sent: lower case, other alphabets in their ASCII form (`xn--`). */
export const isHostName = (text: string): boolean => labels.test(text) && domainToASCII(text) === text;

/** The DNS name that a text means in another spelling: other letters' ASCII form, lower case; null when it means none. */
export function hostNameMeant(text: string): string | null {
  const ascii = domainToASCII(text);
  return ascii !== text && isHostName(ascii) ? ascii : null;
}

/** Whether a text is the number of a TCP port. */
const isPort = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65_535;

function isServer(text: string): boolean {
  const [, host = "", port = ""] = /^(.*):(.*)$/.exec(text) ?? [];
  return isPort(port) && (isLoopback(host) || isHostName(host));
}

/**
 * Text of a certain form.
 * @param form completes the sentence `must be ...`
 */
export const textLike = (pattern: RegExp, form: string) => z.string().regex(pattern).meta({ form });

/** A DNS name of two labels or more. */
export const hostNameText = () =>
  z
    .string()
    .superRefine((text, context) => {
      const meant = hostNameMeant(text);
      if (meant !== null) context.addIssue({ code: "custom", message: `must be written as ${meant}` });
      else if (!isHostName(text)) context.addIssue({ code: "custom" });
    })
    .meta({ form: "a lower-case host name, such as www.foobar.com" });

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
  z
    .string()
    .refine(isServer)
    .meta({ form: `a server and its port, such as ${example}`, unit: "HOST:PORT", example });

/** A TCP port that needs no privilege. */
export const highPort = () => z.int().min(1024).max(65535).meta({ unit: "TCP port" });
