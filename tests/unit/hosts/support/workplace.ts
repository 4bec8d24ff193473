/** A folder with everything that a daemon's own checker wants to see: files, folders, real certificates. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getuid } from "node:process";
import { haproxyCheck } from "../../../../hosts/haproxy/common.ts";
import { type Files, type Layout, layoutUnder } from "../../../../hosts/layout.ts";
import { type TlsPaths, tlsFiles, tlsPaths } from "../../../../hosts/tlsFiles.ts";
import { inUserland } from "../../../../tools/userland/command.ts";

/** What a checker said. */
export interface Verdict {
  readonly code: number | null;
  readonly text: string;
}

/** A place of its own, removed by `close`. */
export class Workplace {
  readonly root = mkdtempSync(join(tmpdir(), "hosts-"));
  readonly layout: Layout = layoutUnder(this.root, "/run/node/bin/node");
  private pem: { certificate: string; key: string } | null = null;
  private readonly wrap: (argv: readonly string[]) => string[];

  /** @param wrap makes a command find its programs: the userland's, unless others are wanted */
  constructor(wrap: (argv: readonly string[]) => string[] = inUserland) {
    this.wrap = wrap;
  }

  /** Writes files at their absolute paths, which must be inside. */
  put(files: Files): void {
    for (const [path, { content, mode }] of Object.entries(files)) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      chmodSync(path, Number.parseInt(mode, 8));
    }
  }

  /** Writes one text file and answers its path. */
  text(path: string, content: string): string {
    const full = join(this.root, path);
    this.put({ [full]: { content, mode: "0644", user: "root", secret: false } });
    return full;
  }

  folders(...paths: readonly string[]): void {
    for (const path of paths) mkdirSync(join(this.root, path), { recursive: true });
  }

  /** TLS files of a service, made of one self-signed certificate. */
  tls(owner: string): TlsPaths {
    const { certificate, key } = this.pair();
    const paths = tlsPaths(this.layout, owner);
    this.put(tlsFiles(paths, { certificate, key, ca: certificate }, "haproxy"));
    return paths;
  }

  private pair(): { certificate: string; key: string } {
    if (this.pem !== null) return this.pem;
    const { text, code } = this.run([
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-subj", "/CN=test", "-days", "2", "-keyout", "-", "-out", "-"],
    ]);
    const [key, certificate] = ["PRIVATE KEY", "CERTIFICATE"].map(
      (kind) => text.match(new RegExp(`-----BEGIN ${kind}-----[\\s\\S]*?-----END ${kind}-----`))?.[0],
    );
    if (code !== 0 || !key || !certificate) throw new Error(`no certificate was made: ${text}`);
    this.pem = { certificate, key };
    return this.pem;
  }

  /**
   * Runs a program, as root of a network namespace of its own: ports below 1024 are free to bind,
   * packet filters are checked against no one's rules, by an ordinary user too.
   */
  run(argv: readonly string[], input = ""): Verdict {
    const user = getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const [program = "", ...rest] = this.wrap(["unshare", ...user, "--net", "--", ...argv]);
    const { status, stdout, stderr, error } = spawnSync(program, rest, {
      input,
      encoding: "utf8",
      timeout: 60_000,
    });
    if (error) throw error;
    return { code: status, text: `${stdout}${stderr}` };
  }

  /** What HAProxy says against a configuration, warnings too; empty when nothing. */
  haproxySaysAgainst(configuration: string): string {
    const { code, text } = this.run(haproxyCheck(configuration));
    const faults = text.replace(/^Configuration file is valid$/m, "").trim();
    return code === 0 ? faults : `exit code ${code}: ${faults}`;
  }

  close(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
