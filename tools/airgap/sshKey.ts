import { createHash, type KeyObject, randomBytes } from "node:crypto";

/** A length-prefixed field of the SSH wire format (RFC 4251, section 5). */
function field(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** A positive multiple-precision integer of the SSH wire format. */
function integer(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  const needsSign = (short[0] ?? 0) >= 0x80;
  return field(needsSign ? Buffer.concat([Buffer.alloc(1), short]) : short);
}

const base64 = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");

const sshCurves: Readonly<Record<string, string>> = {
  "P-256": "nistp256",
  "P-384": "nistp384",
  "P-521": "nistp521",
};

interface SshKey {
  readonly type: string;
  readonly blob: Buffer;
}

function sshKey(key: KeyObject): SshKey | undefined {
  // P-224 has no JSON form; SSH does not know it either.
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const jwk = key.export({ format: "jwk" });
  if (jwk.kty === "RSA") {
    const type = "ssh-rsa";
    return { type, blob: Buffer.concat([field(type), integer(base64(jwk.e)), integer(base64(jwk.n))]) };
  }
  if (jwk.kty === "OKP") {
    const type = "ssh-ed25519";
    return { type, blob: Buffer.concat([field(type), field(base64(jwk.x))]) };
  }
  const curve = sshCurves[jwk.crv ?? ""];
  if (curve === undefined) return undefined;
  const type = `ecdsa-sha2-${curve}`;
  const point = Buffer.concat([Buffer.from([4]), base64(jwk.x), base64(jwk.y)]);
  return { type, blob: Buffer.concat([field(type), field(curve), field(point)]) };
}

/** A public key as OpenSSH writes it, with its fingerprints; all empty for keys that SSH does not know. */
export function sshPublicKey(key: KeyObject): { text: string; md5: string; sha256: string } {
  const ssh = sshKey(key);
  if (ssh === undefined) return { text: "", md5: "", sha256: "" };
  const md5 = createHash("md5").update(ssh.blob).digest("hex");
  return {
    text: `${ssh.type} ${ssh.blob.toString("base64")}\n`,
    md5: (md5.match(/../g) ?? []).join(":"),
    sha256: `SHA256:${createHash("sha256").update(ssh.blob).digest("base64").replaceAll("=", "")}`,
  };
}

/** An Ed25519 private key in OpenSSH's own format (PROTOCOL.key), without a passphrase. */
export function openSshEd25519(key: KeyObject, publicKey: KeyObject): string {
  const ssh = sshKey(publicKey);
  if (ssh === undefined) return "";
  const { d, x } = key.export({ format: "jwk" });
  const check = randomBytes(4);
  const secret = Buffer.concat([base64(d), base64(x)]);
  const plain = Buffer.concat([check, check, ssh.blob, field(secret), field("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (plain.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    field("none"),
    field("none"),
    field(""),
    one,
    field(ssh.blob),
    field(Buffer.concat([plain, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join(
    "\n",
  );
}
