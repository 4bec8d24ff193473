import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { z } from "zod";
import type { Properties } from "./envelope.ts";
import { readyForRenewal, timeText, validity } from "./renewal.ts";
import type { Definition } from "./standIn.ts";
import { isUsage } from "./usages.ts";
import type { Issued, Terms } from "./x509.ts";

/** Loaded when something is issued: most runs issue nothing. */
const x509 = () => import("./x509.ts");

const subject = z
  .strictObject({
    commonName: z.string().optional(),
    country: z.string().optional(),
    emailAddress: z.string().optional(),
    locality: z.string().optional(),
    organization: z.string().optional(),
    organizationalUnit: z.string().optional(),
    postalCode: z.string().optional(),
    province: z.string().optional(),
    serialNumber: z.string().optional(),
    streetAddresses: z.array(z.string()).optional(),
  })
  .optional();
const names = {
  dnsNames: z.array(z.string().min(1)).optional(),
  ipAddresses: z.array(z.string().refine((text) => isIP(text) !== 0, "not an IP address")).optional(),
  uris: z.array(z.string().min(1)).optional(),
};
const flag = z.boolean().default(false);
const pem = z.string().startsWith("-----BEGIN ", "not in PEM form");
const terms = {
  allowedUses: z.array(z.string().refine(isUsage, "not a usage that @pulumi/tls knows")),
  earlyRenewalHours: z.int().min(0).default(0),
  isCaCertificate: flag,
  maxPathLength: z.int().min(-1).default(-1),
  setSubjectKeyId: flag,
  validityPeriodHours: z.int().min(0),
};
const termsSchema = z.object(terms);
const dated = z.object({ validityEndTime: z.string(), earlyRenewalHours: terms.earlyRenewalHours });

function termsOf(inputs: Properties): Terms {
  const { maxPathLength, validityPeriodHours, ...rest } = termsSchema.parse(inputs);
  return {
    ...rest,
    ...validity(validityPeriodHours, new Date()),
    maxPathLength: maxPathLength < 0 ? undefined : maxPathLength,
  };
}

function isReady(properties: Properties): boolean {
  const { validityEndTime, earlyRenewalHours } = dated.parse(properties);
  return readyForRenewal(validityEndTime, earlyRenewalHours, new Date());
}

function outputsOf(certificate: Issued): Properties {
  const { validFromDate, validToDate } = new X509Certificate(certificate.pem);
  return {
    certPem: certificate.pem,
    readyForRenewal: false,
    validityStartTime: timeText(validFromDate),
    validityEndTime: timeText(validToDate),
  };
}

/** What certificates have in common: early renewal replaces them on the next update. */
const renewal = {
  updatable: ["earlyRenewalHours"],
  refresh: (properties: Properties) => ({ readyForRenewal: isReady(properties) }),
  expired: (properties: Properties) => (isReady(properties) ? ["readyForRenewal"] : []),
} as const;

const requestInputs = { ...names, privateKeyPem: pem, subject };

/** tls.CertRequest */
export const certRequest: Definition = {
  token: "tls:index/certRequest:CertRequest",
  inputs: requestInputs,
  secrets: ["privateKeyPem"],
  async create(inputs) {
    const { certificateRequest, keyAlgorithm } = await x509();
    const given = z.object(requestInputs).parse(inputs);
    const certRequestPem = await certificateRequest(given.privateKeyPem, given.subject ?? {}, given);
    const id = Buffer.from(certRequestPem).toString("base64url").slice(-40);
    return { id, outputs: { certRequestPem, keyAlgorithm: keyAlgorithm(given.privateKeyPem) } };
  },
};

const selfSignedInputs = { ...terms, ...names, privateKeyPem: pem, setAuthorityKeyId: flag, subject };

/** tls.SelfSignedCert */
export const selfSignedCert: Definition = {
  token: "tls:index/selfSignedCert:SelfSignedCert",
  inputs: selfSignedInputs,
  secrets: ["privateKeyPem"],
  ...renewal,
  async create(inputs) {
    const { keyAlgorithm, selfSigned } = await x509();
    const given = z.object(selfSignedInputs).parse(inputs);
    const certificate = await selfSigned(given.privateKeyPem, given.subject ?? {}, given, {
      ...termsOf(inputs),
      setAuthorityKeyId: given.setAuthorityKeyId,
    });
    const algorithm = keyAlgorithm(given.privateKeyPem);
    return { id: certificate.serial, outputs: { ...outputsOf(certificate), keyAlgorithm: algorithm } };
  },
};

const locallySignedInputs = { ...terms, caCertPem: pem, caPrivateKeyPem: pem, certRequestPem: pem };

/** tls.LocallySignedCert */
export const locallySignedCert: Definition = {
  token: "tls:index/locallySignedCert:LocallySignedCert",
  inputs: locallySignedInputs,
  secrets: ["caPrivateKeyPem"],
  ...renewal,
  async create(inputs) {
    const { keyAlgorithm, signRequest } = await x509();
    const given = z.object(locallySignedInputs).parse(inputs);
    const certificate = await signRequest(
      given.certRequestPem,
      given.caPrivateKeyPem,
      given.caCertPem,
      termsOf(inputs),
    );
    const caKeyAlgorithm = keyAlgorithm(given.caPrivateKeyPem);
    return { id: certificate.serial, outputs: { ...outputsOf(certificate), caKeyAlgorithm } };
  },
};
