import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { openSshEd25519, sshPublicKey } from "./sshKey.ts";
import type { Definition } from "./standIn.ts";

const inputs = {
  algorithm: z.enum(["RSA", "ECDSA", "ED25519"]),
  ecdsaCurve: z.enum(["P224", "P256", "P384", "P521"]).default("P224"),
  rsaBits: z.int().min(1024).max(8192).default(2048),
};
const schema = z.object(inputs);
type KeyInputs = z.infer<typeof schema>;

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const generate = promisify(generateKeyPair);

function keyPair({ algorithm, ecdsaCurve, rsaBits }: KeyInputs): Promise<KeyPair> {
  if (algorithm === "RSA") return generate("rsa", { modulusLength: rsaBits });
  if (algorithm === "ED25519") return generate("ed25519");
  return generate("ec", { namedCurve: ecdsaCurve.replace("P", "P-") });
}

/** The PEM form of each algorithm that the official plugin calls privateKeyPem. */
function traditionalPem(algorithm: KeyInputs["algorithm"], key: KeyObject): string {
  const type = { RSA: "pkcs1", ECDSA: "sec1", ED25519: "pkcs8" } as const;
  return key.export({ format: "pem", type: type[algorithm] }).toString();
}

/** tls.PrivateKey */
export const privateKey: Definition = {
  token: "tls:index/privateKey:PrivateKey",
  inputs,
  secrets: ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"],
  async create(given) {
    const checked = schema.parse(given);
    const keys = await keyPair(checked);
    const privateKeyPem = traditionalPem(checked.algorithm, keys.privateKey);
    const ssh = sshPublicKey(keys.publicKey);
    const der = keys.publicKey.export({ format: "der", type: "spki" });
    return {
      id: createHash("sha1").update(der).digest("hex"),
      outputs: {
        privateKeyPem,
        privateKeyPemPkcs8: keys.privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
        privateKeyOpenssh:
          checked.algorithm === "ED25519" ? openSshEd25519(keys.privateKey, keys.publicKey) : privateKeyPem,
        publicKeyPem: keys.publicKey.export({ format: "pem", type: "spki" }).toString(),
        publicKeyOpenssh: ssh.text,
        publicKeyFingerprintMd5: ssh.md5,
        publicKeyFingerprintSha256: ssh.sha256,
      },
    };
  },
};
