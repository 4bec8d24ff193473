/** The TLS files of one service: each service has its own copy, readable by its own user only. */
import { type Files, type Layout, plainFile, type ServiceUser, secretFile } from "./layout.ts";

/** Absolute paths of a service's TLS files, all PEM. */
export interface TlsPaths {
  readonly certificate: string;
  readonly key: string;
  /** Certificate and key in one file, as HAProxy wants them. */
  readonly combined: string;
  /** Certificate of the stack's authority. */
  readonly ca: string;
}

/** What the files hold, PEM. `key` is a secret. */
export interface TlsMaterial {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/** `owner` is the name of the service: its files lie in `<etc>/<owner>/tls/`. */
export function tlsPaths(layout: Layout, owner: string): TlsPaths {
  const folder = `${layout.etc}/${owner}/tls`;
  return {
    certificate: `${folder}/certificate.pem`,
    key: `${folder}/key.pem`,
    combined: `${folder}/combined.pem`,
    ca: `${folder}/ca.pem`,
  };
}

/** The files behind the paths; certificate and key are written apart and together, whichever the daemon reads. */
export function tlsFiles(paths: TlsPaths, material: TlsMaterial, user: ServiceUser): Files {
  const line = (pem: string) => `${pem.trim()}\n`;
  return {
    [paths.certificate]: plainFile(line(material.certificate)),
    [paths.key]: secretFile(line(material.key), user),
    [paths.combined]: secretFile(line(material.certificate) + line(material.key), user),
    [paths.ca]: plainFile(line(material.ca)),
  };
}
