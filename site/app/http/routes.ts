import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { failureOf } from "../database/failures.ts";
import type { GuestBook, Listing } from "../entries/book.ts";
import { checkEntry, listLimit, tokenLimit, tokensIn, wholeNumber } from "../entries/entry.ts";
import type { Readiness } from "../health.ts";
import { logError } from "../log.ts";
import { isRecord } from "../records.ts";
import { BodyError, readBody } from "./body.ts";
import { guestBookPage, messagePage } from "./pages.ts";
import { html, json, problem, type Reply, seeOther } from "./reply.ts";
import { addressOf, isFromOtherSite, protocolOf, wantsPage } from "./visitor.ts";

/** What the routes work with. */
export interface Application {
  readonly server: string;
  readonly zone: string;
  readonly domain: string;
  /** Null when the site runs without a database. */
  readonly book: GuestBook | null;
  readonly readiness: () => Readiness;
}

type Handler = (application: Application, request: IncomingMessage, url: URL) => Promise<Reply> | Reply;

/** Entries on the page without script. */
const pageLimit = 50;

const noDatabase = "this site has no database";
const awayMessage = "the database does not answer; please try again";

function unavailable(error: unknown, event: string): Reply {
  logError(event, error, { failure: failureOf(error) });
  return problem(503, awayMessage, { "Retry-After": "1" });
}

async function listEntries(application: Application, _request: IncomingMessage, url: URL): Promise<Reply> {
  const { book, server, zone } = application;
  if (book === null) return problem(503, noDatabase);
  const limit = wholeNumber(url.searchParams.get("limit"), { least: 1, most: listLimit, normal: 20 });
  if (limit === null) return problem(400, `limit must be a whole number from 1 to ${listLimit}`);
  try {
    const { database, entries, stale } = await book.list(limit);
    return json(200, { server, zone, database, stale, entries });
  } catch (error) {
    return unavailable(error, "list-failed");
  }
}

/** Says which of the caller's own tokens are kept: nobody learns a token that they did not know. */
async function keptTokens(application: Application, request: IncomingMessage): Promise<Reply> {
  const { book, server, zone } = application;
  if (book === null) return problem(503, noDatabase);
  const read = await bodyOf(request);
  if ("refusal" in read) return read.refusal;
  const tokens = tokensIn(read.body);
  if (tokens === null) return problem(400, `tokens must be a list of 1 to ${tokenLimit} UUIDs`);
  try {
    const { database, value } = await book.kept(tokens);
    return json(200, { server, zone, database, kept: value });
  } catch (error) {
    return unavailable(error, "kept-failed");
  }
}

async function storeEntry(application: Application, body: unknown): Promise<Reply> {
  const { book, server, zone } = application;
  if (book === null) return problem(503, noDatabase);
  const checked = checkEntry(body);
  if ("problem" in checked) return problem(400, checked.problem);
  try {
    const { id, token, created, database } = await book.add(checked.entry);
    return json(created ? 201 : 200, { id, token, server, zone, database });
  } catch (error) {
    return unavailable(error, "write-failed");
  }
}

async function bodyOf(
  request: IncomingMessage,
): Promise<{ readonly body: unknown } | { readonly refusal: Reply }> {
  try {
    return { body: await readBody(request) };
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    // What is left of a body that was not read to its end must not be taken for the next request.
    return { refusal: problem(error.code, error.message, { Connection: "close" }) };
  }
}

async function addEntry(application: Application, request: IncomingMessage): Promise<Reply> {
  if (isFromOtherSite(request)) return problem(403, "entries can be left from this site only");
  const read = await bodyOf(request);
  if ("refusal" in read) return read.refusal;
  const reply = await storeEntry(application, read.body);
  if (!wantsPage(request)) return reply;
  if (reply.code < 300) return seeOther("/guestbook");
  return html(reply.code, await renderGuestBook(application, read.body, reply));
}

function typedIn(body: unknown, field: string): string {
  const value = isRecord(body) ? body[field] : undefined;
  return typeof value === "string" ? value : "";
}

function problemIn(reply: Reply | null): string | null {
  const content: unknown = reply === null ? null : JSON.parse(reply.body);
  const text = isRecord(content) ? content.error : null;
  return typeof text === "string" ? text : null;
}

async function listingFor({ book }: Application): Promise<Listing | null> {
  return (await book?.list(pageLimit).catch(() => null)) ?? null;
}

async function renderGuestBook(
  application: Application,
  body: unknown,
  reply: Reply | null,
): Promise<string> {
  const { server, zone, domain } = application;
  return guestBookPage({
    server,
    zone,
    domain,
    listing: await listingFor(application),
    // The same token again: what seemed to fail may have been stored after all.
    token: typedIn(body, "token") || randomUUID(),
    typed: { author: typedIn(body, "author"), text: typedIn(body, "text") },
    problem: problemIn(reply),
  });
}

async function guestBook(application: Application): Promise<Reply> {
  return html(200, await renderGuestBook(application, null, null));
}

async function whoAmI(application: Application, request: IncomingMessage): Promise<Reply> {
  const { server, zone, domain, book } = application;
  return json(200, {
    server,
    zone,
    domain,
    database: (await book?.nodes()) ?? null,
    client: addressOf(request),
    protocol: protocolOf(request),
  });
}

function live({ server }: Application): Reply {
  return json(200, { status: "live", server });
}

function ready(application: Application): Reply {
  const { code, status, reason } = application.readiness();
  return json(code, { status, reason, server: application.server });
}

const routes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/health/live": { GET: live },
  "/health/ready": { GET: ready },
  "/api/entries": { GET: listEntries, POST: addEntry },
  "/api/entries/kept": { POST: keptTokens },
  "/api/whoami": { GET: whoAmI },
  "/guestbook": { GET: guestBook },
};

function notFound({ domain }: Application, path: string): Reply {
  if (path.startsWith("/api/") || path.startsWith("/health/")) return problem(404, "there is nothing here");
  return html(404, messagePage(domain, "Not found", "There is no page at this address."));
}

/** Finds the handler of a request and runs it; the answer to HEAD is that to GET (the body is not sent). */
export async function route(application: Application, request: IncomingMessage): Promise<Reply> {
  const url = URL.parse(request.url ?? "", "http://application");
  if (url === null) return problem(400, "the address cannot be read");
  const methods = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (methods === undefined) return notFound(application, url.pathname);
  const method = request.method === "HEAD" ? "GET" : (request.method ?? "");
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler === undefined) {
    return problem(405, `use ${Object.keys(methods).join(" or ")}`, {
      Allow: Object.keys(methods).join(", "),
    });
  }
  return handler(application, request, url);
}
