import "reflect-metadata";
import { createPrivateKey, type KeyObject, randomBytes, webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { extendedKeyUsages, keyUsages } from "./usages.ts";

cryptoProvider.set(webcrypto);

/** Object identifier of the extension of that name (RFC 5280, 4.2.1.6). */
const subjectAlternativeName = "2.5.29.17";

/** Subject of a certificate; the names are those of @pulumi/tls. */
export interface Subject {
  readonly commonName?: string | undefined;
  readonly country?: string | undefined;
  readonly emailAddress?: string | undefined;
  readonly locality?: string | undefined;
  readonly organization?: string | undefined;
  readonly organizationalUnit?: string | undefined;
  readonly postalCode?: string | undefined;
  readonly province?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly streetAddresses?: readonly string[] | undefined;
}

/** Names that a certificate is valid for. */
export interface AlternativeNames {
  readonly dnsNames?: readonly string[] | undefined;
  readonly ipAddresses?: readonly string[] | undefined;
  readonly uris?: readonly string[] | undefined;
}

/** What an issuer decides about a certificate. */
export interface Terms {
  readonly allowedUses: readonly string[];
  readonly isCaCertificate: boolean;
  readonly maxPathLength?: number | undefined;
  readonly setSubjectKeyId: boolean;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** A certificate and the number by which its issuer knows it. */
export interface Issued {
  readonly pem: string;
  /** Serial number, decimal. */
  readonly serial: string;
}

/** Order of the attributes in a name, as the official plugin writes them. */
function nameOf(subject: Subject): JsonName {
  const attributes: readonly (readonly [string, readonly (string | undefined)[]])[] = [
    ["C", [subject.country]],
    ["O", [subject.organization]],
    ["OU", [subject.organizationalUnit]],
    ["L", [subject.locality]],
    ["ST", [subject.province]],
    ["2.5.4.9", subject.streetAddresses ?? []],
    ["2.5.4.17", [subject.postalCode]],
    ["CN", [subject.commonName]],
    ["2.5.4.5", [subject.serialNumber]],
    ["E", [subject.emailAddress]],
  ];
  return attributes.flatMap(([type, values]) =>
    values.flatMap((value) => (value ? [{ [type]: [value] }] : [])),
  );
}

function alternativeNames({ dnsNames = [], ipAddresses = [], uris = [] }: AlternativeNames): Extension[] {
  const names = [
    ...dnsNames.map((value) => ({ type: "dns", value }) as const),
    ...ipAddresses.map((value) => ({ type: "ip", value }) as const),
    ...uris.map((value) => ({ type: "url", value }) as const),
  ];
  return names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [];
}

/** How each kind of key is imported and signs. */
function algorithmOf(key: KeyObject): {
  readonly name: string;
  readonly hash: string;
  readonly namedCurve: string;
} {
  const curves: Readonly<Record<string, readonly [string, string]>> = {
    prime256v1: ["P-256", "SHA-256"],
    secp384r1: ["P-384", "SHA-384"],
    secp521r1: ["P-521", "SHA-512"],
  };
  if (key.asymmetricKeyType === "rsa") return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", namedCurve: "" };
  if (key.asymmetricKeyType === "ed25519") return { name: "Ed25519", hash: "", namedCurve: "" };
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (curve) return { name: "ECDSA", namedCurve: curve[0], hash: curve[1] };
  throw new Error("the air-gap stand-in makes certificates for RSA, ED25519 and ECDSA P256, P384, P521 only");
}

interface Keys {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly algorithm: ReturnType<typeof algorithmOf>;
}

async function importKeys(pem: string): Promise<Keys> {
  const key = createPrivateKey(pem);
  const algorithm = algorithmOf(key);
  const jwk = key.export({ format: "jwk" });
  const { kty, crv, n, e, x, y } = jwk;
  const publicJwk = kty === "RSA" ? { kty, n, e } : kty === "OKP" ? { kty, crv, x } : { kty, crv, x, y };
  const defined = Object.fromEntries(Object.entries(publicJwk).filter(([, value]) => value !== undefined));
  const der = key.export({ format: "der", type: "pkcs8" });
  const { subtle } = webcrypto;
  return {
    algorithm,
    privateKey: await subtle.importKey("pkcs8", der, algorithm, true, ["sign"]),
    publicKey: await subtle.importKey("jwk", defined, algorithm, true, ["verify"]),
  };
}

/** The algorithm of a key's PEM, as @pulumi/tls names it. */
export function keyAlgorithm(pem: string): "RSA" | "ECDSA" | "ED25519" {
  const type = createPrivateKey(pem).asymmetricKeyType;
  if (type === "rsa") return "RSA";
  return type === "ed25519" ? "ED25519" : "ECDSA";
}

/** A positive serial number of 127 bits (CA/Browser Forum asks for 64 or more). */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function usageExtensions(allowedUses: readonly string[]): Extension[] {
  const bits = allowedUses.reduce((sum, use) => sum | (keyUsages[use] ?? 0), 0);
  const extended = allowedUses.flatMap((use) => extendedKeyUsages[use] ?? []);
  return [
    ...(bits === 0 ? [] : [new KeyUsagesExtension(bits, true)]),
    ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
  ];
}

function termExtensions(terms: Terms): Extension[] {
  const length = terms.isCaCertificate && terms.maxPathLength !== undefined ? terms.maxPathLength : undefined;
  return [
    ...usageExtensions(terms.allowedUses),
    new BasicConstraintsExtension(terms.isCaCertificate, length, true),
  ];
}

/** A certificate as PEM that ends in a line break, as the official plugin writes it. */
function issued(certificate: X509Certificate, serial: string): Issued {
  return { pem: `${certificate.toString("pem").trim()}\n`, serial: BigInt(`0x${serial}`).toString() };
}

/** Makes a certificate that its own key signs. */
export async function selfSigned(
  keyPem: string,
  subject: Subject,
  names: AlternativeNames,
  terms: Terms & { readonly setAuthorityKeyId: boolean },
): Promise<Issued> {
  const keys = await importKeys(keyPem);
  const serial = newSerial();
  // An authority without a subject key id could not be found by those it signs for.
  const subjectKey = await SubjectKeyIdentifierExtension.create(keys.publicKey);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial,
    name: nameOf(subject),
    notBefore: terms.notBefore,
    notAfter: terms.notAfter,
    keys,
    signingAlgorithm: keys.algorithm,
    extensions: [
      ...termExtensions(terms),
      ...(terms.setSubjectKeyId || terms.isCaCertificate ? [subjectKey] : []),
      ...(terms.setAuthorityKeyId ? [new AuthorityKeyIdentifierExtension(subjectKey.keyId)] : []),
      ...alternativeNames(names),
    ],
  });
  return issued(certificate, serial);
}

/** Makes a request for a certificate, as PEM. */
export async function certificateRequest(
  keyPem: string,
  subject: Subject,
  names: AlternativeNames,
): Promise<string> {
  const keys = await importKeys(keyPem);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: nameOf(subject),
    keys,
    signingAlgorithm: keys.algorithm,
    extensions: alternativeNames(names),
  });
  return `${request.toString("pem").trim()}\n`;
}

/** Signs a request as an authority; takes the subject and the names from the request, the rest from the terms. */
export async function signRequest(
  requestPem: string,
  caKeyPem: string,
  caCertPem: string,
  terms: Terms,
): Promise<Issued> {
  const request = new Pkcs10CertificateRequest(requestPem);
  if (!(await request.verify())) throw new Error("certRequestPem: its signature is not that of its key");
  const authority = new X509Certificate(caCertPem);
  const keys = await importKeys(caKeyPem);
  const serial = newSerial();
  const names = request.getExtension(subjectAlternativeName);
  const authorityKey = authority.getExtension(SubjectKeyIdentifierExtension);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: request.subjectName,
    issuer: authority.subjectName,
    notBefore: terms.notBefore,
    notAfter: terms.notAfter,
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: keys.algorithm,
    extensions: [
      ...termExtensions(terms),
      ...(terms.setSubjectKeyId ? [await SubjectKeyIdentifierExtension.create(request.publicKey)] : []),
      ...(authorityKey ? [new AuthorityKeyIdentifierExtension(authorityKey.keyId)] : []),
      ...(names ? [names] : []),
    ],
  });
  return issued(certificate, serial);
}
