import type { IncomingMessage } from "node:http";

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined || text === "" ? null : text;
}

/**
 * Address of the visitor. The balancer removes what a visitor sends and writes its own X-Forwarded-For, so
 * the first address is the visitor's; the tiers behind it append.
 */
export function addressOf(request: IncomingMessage): string | null {
  return headerOf(request, "x-forwarded-for")?.split(",")[0]?.trim() ?? null;
}

/** The scheme that the visitor used. */
export function protocolOf(request: IncomingMessage): string {
  return headerOf(request, "x-forwarded-proto") ?? "http";
}

/**
 * Whether a browser says that another site made it send this request: by Sec-Fetch-Site, or by an Origin (every browser
 * sends it with a POST) of another scheme or name than the request's own. Ports are left out: the web tier passes the
 * name alone on.
 */
export function isFromOtherSite(request: IncomingMessage): boolean {
  const site = headerOf(request, "sec-fetch-site");
  if (site === "cross-site" || site === "same-site") return true;
  const origin = headerOf(request, "origin");
  if (origin === null) return false;
  const from = URL.parse(origin);
  const here = URL.parse(`${protocolOf(request)}://${headerOf(request, "host")}`);
  return from === null || here === null || from.protocol !== here.protocol || from.hostname !== here.hostname;
}

/** Whether the answer should be a page: a form sent by a browser without script. */
export function wantsPage(request: IncomingMessage): boolean {
  const type = headerOf(request, "content-type") ?? "";
  return (
    type.startsWith("application/x-www-form-urlencoded") &&
    headerOf(request, "accept")?.includes("text/html") === true
  );
}
