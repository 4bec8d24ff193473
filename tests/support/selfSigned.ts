/** A certificate of a test's own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../tools/run.ts";

/** A certificate and its key, PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate for localhost that vouches for itself, PEM. */
export async function selfSigned(): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), "sink-"));
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const { code, stderr } = await run([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"],
    ...["-keyout", key, "-out", certificate],
  ]);
  try {
    if (code !== 0) throw new Error(`no certificate was made: ${stderr}`);
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
