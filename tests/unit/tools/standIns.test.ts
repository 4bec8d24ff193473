import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { compare } from "bcryptjs";
import { z } from "zod";
import { secret, unwrapProperties } from "../../../tools/airgap/envelope.ts";
import { privateKey } from "../../../tools/airgap/privateKey.ts";
import { randomResources } from "../../../tools/airgap/randomResources.ts";
import { sshPublicKey } from "../../../tools/airgap/sshKey.ts";
import { standIn } from "../../../tools/airgap/standIn.ts";

const random = standIn("4.21.2", randomResources);
const tls = standIn("5.6.1", [privateKey]);
const urn = (type: string): string => `urn:pulumi:dev::foobar::my:Component$${type}::name`;
const password = urn("random:index/randomPassword:RandomPassword");
const id = urn("random:index/randomId:RandomId");
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const secretMark = "4dabf18193072939515e22adb298388d";
const bag = z.record(z.string(), z.unknown());

/** Does what the engine does for a new resource. @returns its properties as they enter the state */
async function make(provider: typeof random, of: string, news: object): Promise<Record<string, unknown>> {
  const { inputs, failures } = await provider.check(of, {}, news);
  assert.deepEqual(failures, []);
  return bag.parse((await provider.create(of, inputs)).outs);
}

describe("the stand-in for random", () => {
  it("marks passwords as secrets and other properties not", async () => {
    const outs = await make(random, password, { length: 24, special: false });
    for (const name of ["result", "bcryptHash"]) assert(secretMark in bag.parse(outs[name]), name);
    const plain = unwrapProperties(outs);
    assert.match(z.string().parse(plain.result), /^[a-zA-Z0-9]{24}$/);
    assert(await compare(z.string().parse(plain.result), z.string().parse(plain.bcryptHash)));
    assert.equal(outs.length, 24);
    assert.equal(outs.lower, true);
  });

  it("gives an id in all its forms, with the prefix", async () => {
    const outs = await make(random, id, { byteLength: 4, prefix: "x-" });
    const hex = z.string().parse(outs.hex).slice(2);
    assert.match(hex, /^[0-9a-f]{8}$/);
    assert.equal(outs.dec, `x-${Number.parseInt(hex, 16)}`);
    assert.equal(outs.b64Url, `x-${Buffer.from(hex, "hex").toString("base64url")}`);
  });

  it("lists every wrong input", async () => {
    const { failures } = await random.check(password, {}, { length: 0, upper: "yes", colour: "red" });
    assert.deepEqual(failures?.map(({ property }) => property).sort(), ["colour", "length", "upper"]);
  });

  it("lets inputs pass that are not known yet", async () => {
    const { failures, inputs } = await random.check(password, {}, { length: unknown });
    assert.deepEqual(failures, []);
    assert.equal(bag.parse(inputs).length, unknown);
  });

  it("changes nothing without a change, whether a default is written down or not", async () => {
    const olds = await make(random, password, { length: 24 });
    const { inputs } = await random.check(password, {}, { length: 24, upper: true });
    assert.deepEqual(await random.diff("none", password, olds, inputs), { changes: false, replaces: [] });
  });

  it("replaces on a changed or unknown input, keepers too", async () => {
    const olds = await make(random, password, { length: 24, keepers: { a: "1" } });
    const cases: readonly (readonly [object, string])[] = [
      [{ length: 25, keepers: { a: "1" } }, "length"],
      [{ length: 24, keepers: { a: "2" } }, "keepers"],
      [{ length: 24, keepers: { a: unknown } }, "keepers"],
      [{ length: 24 }, "keepers"],
    ];
    for (const [news, property] of cases) {
      const { changes, replaces } = await random.diff("none", password, olds, news);
      assert.deepEqual({ changes, replaces }, { changes: true, replaces: [property] });
    }
  });

  it("reads the state as it is, secrets as secrets", async () => {
    const olds = await make(random, password, { length: 24 });
    const { id: same, props } = await random.read("none", password, olds);
    assert.equal(same, "none");
    assert.deepEqual(props, olds);
  });

  it("names what it has when asked for something else", async () => {
    await assert.rejects(
      random.create(urn("random:index/randomPet:RandomPet"), {}),
      /RandomPet: the air-gap stand-in has only random:index\/randomPassword/,
    );
  });
});

describe("the stand-in for tls: PrivateKey", () => {
  const of = urn("tls:index/privateKey:PrivateKey");
  const kinds: readonly (readonly [object, RegExp, RegExp])[] = [
    [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, /BEGIN EC PRIVATE KEY/, /^ecdsa-sha2-nistp256 /],
    [{ algorithm: "ECDSA", ecdsaCurve: "P384" }, /BEGIN EC PRIVATE KEY/, /^ecdsa-sha2-nistp384 /],
    [{ algorithm: "RSA", rsaBits: 2048 }, /BEGIN RSA PRIVATE KEY/, /^ssh-rsa /],
    [{ algorithm: "ED25519" }, /BEGIN PRIVATE KEY/, /^ssh-ed25519 /],
  ];
  for (const [inputs, pem, ssh] of kinds) {
    it(`makes ${JSON.stringify(inputs)}`, async () => {
      const outs = await make(tls, of, inputs);
      for (const name of ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"]) {
        assert(secretMark in bag.parse(outs[name]), name);
      }
      const plain = unwrapProperties(outs);
      assert.match(z.string().parse(plain.privateKeyPem), pem);
      assert.match(z.string().parse(plain.publicKeyOpenssh), ssh);
      assert.match(z.string().parse(plain.publicKeyFingerprintSha256), /^SHA256:[\w+/]{43}$/);
      assert.match(z.string().parse(plain.publicKeyFingerprintMd5), /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    });
  }
});

describe("sshPublicKey", () => {
  /** The length-prefixed fields of an OpenSSH public key. */
  function fieldsOf(line: string): readonly Buffer[] {
    const blob = Buffer.from(line.split(" ")[1] ?? "", "base64");
    const fields: Buffer[] = [];
    for (let at = 0; at < blob.length; at += 4 + blob.readUInt32BE(at)) {
      fields.push(blob.subarray(at + 4, at + 4 + blob.readUInt32BE(at)));
    }
    return fields;
  }

  it("writes type, curve and point of an ECDSA key", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const [type, curve, point] = fieldsOf(sshPublicKey(publicKey).text);
    assert.equal(type?.toString(), "ecdsa-sha2-nistp256");
    assert.equal(curve?.toString(), "nistp256");
    assert(
      publicKey
        .export({ format: "der", type: "spki" })
        .subarray(-65)
        .equals(point ?? Buffer.alloc(0)),
    );
  });

  it("writes exponent and modulus of an RSA key, with a sign byte", () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const [type, exponent, modulus] = fieldsOf(sshPublicKey(publicKey).text);
    assert.equal(type?.toString(), "ssh-rsa");
    assert.deepEqual(exponent, Buffer.from([1, 0, 1]));
    assert.equal(modulus?.length, 257);
    assert.equal(modulus?.[0], 0);
  });

  it("knows no form for P-224", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-224" });
    assert.deepEqual(sshPublicKey(publicKey), { text: "", md5: "", sha256: "" });
  });
});

describe("envelopes", () => {
  it("come off secrets and outputs, deeply", () => {
    const output = { [secretMark]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: "o" };
    assert.deepEqual(unwrapProperties({ a: [secret({ b: secret(1) })], c: output }), {
      a: [{ b: 1 }],
      c: "o",
    });
  });

  it("turn an output without a value into an unknown", () => {
    const output = { [secretMark]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" };
    assert.deepEqual(unwrapProperties({ a: output }), { a: unknown });
  });
});
