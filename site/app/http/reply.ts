import type { ServerResponse } from "node:http";

/** A whole answer, made before anything of it is sent. */
export interface Reply {
  readonly code: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer as JSON. */
export function json(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { code, type: "application/json; charset=utf-8", body: `${JSON.stringify(body)}\n`, headers };
}

/** An answer as JSON that says what went wrong. */
export function problem(code: number, error: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(code, { error }, headers);
}

/** An answer as a page. */
export function html(code: number, body: string): Reply {
  return { code, type: "text/html; charset=utf-8", body };
}

/** Sends the browser to another page, which it gets with GET. */
export function seeOther(location: string): Reply {
  return { code: 303, type: "text/plain; charset=utf-8", body: "", headers: { Location: location } };
}

/** Writes an answer; nothing that the application makes may be kept by a cache. */
export function send(response: ServerResponse, reply: Reply): void {
  const body = Buffer.from(reply.body);
  response.writeHead(reply.code, {
    "Content-Type": reply.type,
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    ...reply.headers,
  });
  response.end(body);
}
