import type { IncomingMessage } from "node:http";

/** Largest request body, in bytes: more than a full entry in any script takes, even percent-encoded. */
export const bodyLimit = 16 * 1024;

/** Thrown for a body that is refused; `code` is the HTTP status. */
export class BodyError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Counted while it comes: a length may be missing or wrong.
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) throw new BodyError(400, "the body must be bytes");
    size += chunk.length;
    if (size > bodyLimit) throw new BodyError(413, `the body may have ${bodyLimit} bytes at most`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Reads a body of the given type. */
export function parseBody(type: string, text: string): unknown {
  const [kind] = type.split(";");
  switch (kind?.trim().toLowerCase()) {
    case "application/json":
      try {
        return JSON.parse(text);
      } catch {
        throw new BodyError(400, "the body is not JSON");
      }
    case "application/x-www-form-urlencoded":
      return Object.fromEntries(new URLSearchParams(text));
    default:
      throw new BodyError(415, "the body must be application/json or application/x-www-form-urlencoded");
  }
}

/**
 * Reads the body of a request.
 * @throws BodyError when it is too large, of an unknown type, or not what its type says
 */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  return parseBody(request.headers["content-type"] ?? "", await textOf(request));
}
