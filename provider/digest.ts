import { createHash } from "node:crypto";

/** SHA-256 of a text or of bytes, hexadecimal: tells whether two are the same. */
export const digestOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");
