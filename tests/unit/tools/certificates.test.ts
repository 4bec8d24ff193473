import assert from "node:assert/strict";
import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { certRequest, locallySignedCert, selfSignedCert } from "../../../tools/airgap/certificates.ts";
import { unwrapProperties } from "../../../tools/airgap/envelope.ts";
import { privateKey } from "../../../tools/airgap/privateKey.ts";
import { readyForRenewal, timeText, validity } from "../../../tools/airgap/renewal.ts";
import { standIn } from "../../../tools/airgap/standIn.ts";
import { run } from "../../../tools/run.ts";
import { inUserland } from "../../../tools/userland/command.ts";

const tls = standIn("5.6.1", [privateKey, certRequest, selfSignedCert, locallySignedCert]);
const urn = (type: string): string => `urn:pulumi:dev::foobar::tls:index/${type}::name`;
const types = {
  key: urn("privateKey:PrivateKey"),
  request: urn("certRequest:CertRequest"),
  self: urn("selfSignedCert:SelfSignedCert"),
  local: urn("locallySignedCert:LocallySignedCert"),
};
const text = (value: unknown): string => z.string().parse(value);

/** Checks and creates as the engine does. @returns the properties without envelopes */
async function make(of: keyof typeof types, news: object): Promise<Readonly<Record<string, unknown>>> {
  const { inputs, failures } = await tls.check(types[of], {}, news);
  assert.deepEqual(failures, []);
  return unwrapProperties((await tls.create(types[of], inputs)).outs);
}

interface Chain {
  readonly ca: string;
  readonly cert: Readonly<Record<string, unknown>>;
  readonly keyPem: string;
}

async function chain(algorithm: object, terms: object = {}): Promise<Chain> {
  const caKey = text((await make("key", algorithm)).privateKeyPem);
  const keyPem = text((await make("key", algorithm)).privateKeyPem);
  const authority = await make("self", {
    privateKeyPem: caKey,
    subject: { commonName: "foobar authority", organization: "Foobar & Söhne", country: "CH" },
    isCaCertificate: true,
    setSubjectKeyId: true,
    validityPeriodHours: 87_600,
    allowedUses: ["cert_signing", "crl_signing"],
  });
  const request = await make("request", {
    privateKeyPem: keyPem,
    subject: { commonName: "www.foobar.com" },
    dnsNames: ["www.foobar.com", "localhost"],
    ipAddresses: ["127.0.0.1", "fd00::1"],
    uris: ["spiffe://foobar/web-1"],
  });
  const ca = text(authority.certPem);
  const cert = await make("local", {
    certRequestPem: request.certRequestPem,
    caPrivateKeyPem: caKey,
    caCertPem: ca,
    validityPeriodHours: 24,
    earlyRenewalHours: 2,
    setSubjectKeyId: true,
    allowedUses: ["digital_signature", "server_auth", "client_auth"],
    ...terms,
  });
  return { ca, cert, keyPem };
}

async function openssl(
  ca: string,
  cert: string,
  flags: readonly string[],
): Promise<{ code: number; out: string }> {
  const folder = await mkdtemp(join(tmpdir(), "certs-"));
  try {
    await writeFile(join(folder, "ca.pem"), ca);
    await writeFile(join(folder, "cert.pem"), cert);
    const files = ["-CAfile", join(folder, "ca.pem"), ...flags, join(folder, "cert.pem")];
    const result = await run(inUserland(["openssl", "verify", "-x509_strict", ...files]));
    return { code: result.code, out: result.stdout + result.stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("certificates of the stand-in for tls", () => {
  const algorithms: readonly object[] = [
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
    { algorithm: "ECDSA", ecdsaCurve: "P384" },
    { algorithm: "RSA", rsaBits: 2048 },
    { algorithm: "ED25519" },
  ];
  for (const algorithm of algorithms) {
    it(`pass openssl's strict verification: ${JSON.stringify(algorithm)}`, async () => {
      const { ca, cert } = await chain(algorithm);
      const pem = text(cert.certPem);
      for (const flags of [
        ["-purpose", "sslserver", "-verify_hostname", "localhost"],
        ["-purpose", "sslclient"],
        ["-verify_ip", "fd00::1"],
      ]) {
        const { code, out } = await openssl(ca, pem, flags);
        assert.equal(code, 0, out);
      }
      assert.notEqual((await openssl(ca, pem, ["-verify_hostname", "other.example"])).code, 0);
    });
  }

  it("bear the names, the key, the issuer and the terms they were asked for", async () => {
    const { ca, cert, keyPem } = await chain({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const parsed = new X509Certificate(text(cert.certPem));
    const authority = new X509Certificate(ca);
    assert.equal(parsed.subject, "CN=www.foobar.com");
    assert.equal(authority.subject, "C=CH\nO=Foobar & Söhne\nCN=foobar authority");
    assert.equal(
      parsed.subjectAltName,
      "DNS:www.foobar.com, DNS:localhost, IP Address:127.0.0.1, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe://foobar/web-1",
    );
    assert(parsed.checkIssued(authority) && parsed.verify(authority.publicKey));
    assert(parsed.publicKey.equals(createPublicKey(keyPem)));
    assert.deepEqual([authority.ca, parsed.ca], [true, false]);
    assert.equal(parsed.validToDate.getTime() - parsed.validFromDate.getTime(), 24 * 3_600_000);
    assert.equal(cert.validityEndTime, timeText(parsed.validToDate));
    assert.equal(cert.readyForRenewal, false);
    assert.equal(cert.caKeyAlgorithm, "ECDSA");
  });

  it("have serial numbers of their own", async () => {
    const first = await chain({ algorithm: "ED25519" });
    const second = await chain({ algorithm: "ED25519" });
    const serial = ({ cert }: Chain): string => new X509Certificate(text(cert.certPem)).serialNumber;
    assert.notEqual(serial(first), serial(second));
    assert(serial(first).length >= 16);
  });

  it("are refused for a request whose signature is not that of its key", async () => {
    const { ca, cert, keyPem } = await chain({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const der = Buffer.from(text(cert.certRequestPem).replace(/-----.*-----|\n/g, ""), "base64");
    const at = der.indexOf("www.foobar.com");
    der.write("evil", at);
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    await assert.rejects(
      tls.create(types.local, { ...cert, certRequestPem: forged, caPrivateKeyPem: keyPem, caCertPem: ca }),
      /signature is not that of its key/,
    );
  });

  it("list every wrong input", async () => {
    const { failures } = await tls.check(
      types.request,
      {},
      { privateKeyPem: "x", ipAddresses: ["300.1.1.1"] },
    );
    assert.deepEqual(failures?.map(({ property }) => property).sort(), ["ipAddresses.0", "privateKeyPem"]);
    const uses = await tls.check(
      types.self,
      {},
      { privateKeyPem: "-----BEGIN X", validityPeriodHours: 1, allowedUses: ["all"] },
    );
    assert.deepEqual(
      uses.failures?.map(({ property }) => property),
      ["allowedUses.0"],
    );
  });
});

describe("renewal", () => {
  const inputsOf = async (properties: object): Promise<unknown> => {
    const names = Object.keys(locallySignedCert.inputs);
    const given = Object.entries(properties).filter(([name]) => names.includes(name));
    return (await tls.check(types.local, {}, Object.fromEntries(given))).inputs;
  };

  it("replaces a certificate inside its early renewal, and no other", async () => {
    const { cert } = await chain({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    assert.deepEqual(await tls.diff("1", types.local, cert, await inputsOf(cert)), {
      changes: false,
      replaces: [],
    });
    const nearEnd = { ...cert, validityEndTime: timeText(new Date(Date.now() + 3_600_000)) };
    assert.deepEqual(await tls.diff("1", types.local, nearEnd, await inputsOf(cert)), {
      changes: true,
      replaces: ["readyForRenewal"],
    });
    const { props } = await tls.read("1", types.local, nearEnd);
    assert.equal(unwrapProperties(props).readyForRenewal, true);
  });

  it("changes in place when only earlyRenewalHours changes", async () => {
    const { cert } = await chain({ algorithm: "ECDSA", ecdsaCurve: "P256" });
    const news = await inputsOf({ ...cert, earlyRenewalHours: 3 });
    assert.deepEqual(await tls.diff("1", types.local, cert, news), { changes: true, replaces: [] });
    const { outs } = await tls.update("1", types.local, cert, news);
    const updated = unwrapProperties(outs);
    assert.equal(updated.earlyRenewalHours, 3);
    assert.equal(updated.certPem, cert.certPem);
  });

  it("begins the given hours before the end", () => {
    const end = "2026-01-02T00:00:00Z";
    assert.equal(readyForRenewal(end, 2, new Date("2026-01-01T21:59:59Z")), false);
    assert.equal(readyForRenewal(end, 2, new Date("2026-01-01T22:00:00Z")), true);
    assert.equal(readyForRenewal(end, 0, new Date("2026-01-01T23:59:59Z")), false);
  });

  it("counts validity in whole seconds", () => {
    const { notBefore, notAfter } = validity(1, new Date("2026-01-01T00:00:00.999Z"));
    assert.equal(notBefore.getTime(), Date.parse("2026-01-01T00:00:00Z"));
    assert.equal(timeText(notAfter), "2026-01-01T01:00:00Z");
  });
});
