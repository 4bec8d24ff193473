/** TLS files of a service, from certificates that are not known before they are made. */
import * as pulumi from "@pulumi/pulumi";
import type { Files, ServiceUser } from "../../hosts/layout.ts";
import { type TlsPaths, tlsFiles, tlsPaths } from "../../hosts/tlsFiles.ts";
import type { KeyPair } from "../certificates.ts";
import type { OneboxCertificates } from "./certificates.ts";
import { layout } from "./deployment.ts";

/** Where a service finds its TLS files, and the files. */
export interface Material {
  readonly paths: TlsPaths;
  readonly files: pulumi.Output<Files>;
}

/** The TLS files that `owner` reads as `user`. */
export function material(
  certificates: OneboxCertificates,
  pair: KeyPair,
  owner: string,
  user: ServiceUser,
): Material {
  const paths = tlsPaths(layout, owner);
  const files = pulumi
    .all([pair.certificate, pair.key, certificates.caCertificate])
    .apply(([certificate, key, ca]): Files => tlsFiles(paths, { certificate, key, ca }, user));
  return { paths, files };
}

/** Further files beside those that are not known yet. */
export function withFiles(files: pulumi.Output<Files>, more: Files): pulumi.Output<Files> {
  return files.apply((known): Files => ({ ...known, ...more }));
}

/** Two sets of files that are not known yet, as one. */
export function bothFiles(one: pulumi.Output<Files>, other: pulumi.Output<Files>): pulumi.Output<Files> {
  return pulumi.all([one, other]).apply(([first, second]): Files => ({ ...first, ...second }));
}
