import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { hash } from "bcryptjs";
import { z } from "zod";
import type { Properties } from "./envelope.ts";
import { type PasswordRules, passwordFindings, randomText } from "./password.ts";
import { type Definition, keepers } from "./standIn.ts";

const count = z.int().min(0).default(0);
const allowed = z.boolean().default(true);
const textInputs = {
  keepers,
  length: z.int().min(1),
  lower: allowed,
  minLower: count,
  minNumeric: count,
  minSpecial: count,
  minUpper: count,
  number: allowed,
  numeric: allowed,
  overrideSpecial: z.string().optional(),
  special: allowed,
  upper: allowed,
};
const textSchema = z.object(textInputs);

function rulesOf(inputs: Properties): PasswordRules {
  const parsed = textSchema.parse(inputs);
  // `number` is the old name of `numeric`.
  return { ...parsed, numeric: parsed.numeric && parsed.number };
}

/** The official plugin's cost of bcryptHash. */
const bcryptRounds = 10;

const password: Definition = {
  token: "random:index/randomPassword:RandomPassword",
  inputs: textInputs,
  secrets: ["result", "bcryptHash"],
  check: (inputs) => passwordFindings(rulesOf(inputs)),
  async create(inputs) {
    const result = randomText(rulesOf(inputs));
    // bcrypt reads 72 bytes; the official plugin cuts longer passwords off as well.
    const bcryptHash = await hash(result.slice(0, 72), bcryptRounds);
    return { id: "none", outputs: { result, bcryptHash } };
  },
};

const string: Definition = {
  token: "random:index/randomString:RandomString",
  inputs: textInputs,
  secrets: [],
  check: (inputs) => passwordFindings(rulesOf(inputs)),
  async create(inputs) {
    const result = randomText(rulesOf(inputs));
    return { id: result, outputs: { result } };
  },
};

const idInputs = { byteLength: z.int().min(1), keepers, prefix: z.string().optional() };

const id: Definition = {
  token: "random:index/randomId:RandomId",
  inputs: idInputs,
  secrets: [],
  async create(inputs) {
    const { byteLength, prefix = "" } = z.object(idInputs).parse(inputs);
    const bytes = randomBytes(byteLength);
    const b64Url = bytes.toString("base64url");
    return {
      id: b64Url,
      outputs: {
        b64Url: prefix + b64Url,
        b64Std: prefix + bytes.toString("base64"),
        hex: prefix + bytes.toString("hex"),
        dec: `${prefix}${BigInt(`0x${bytes.toString("hex")}`)}`,
      },
    };
  },
};

const bytesInputs = { keepers, length: z.int().min(1) };

const bytes: Definition = {
  token: "random:index/randomBytes:RandomBytes",
  inputs: bytesInputs,
  secrets: ["base64", "hex"],
  async create(inputs) {
    const made = randomBytes(z.object(bytesInputs).parse(inputs).length);
    return { id: "none", outputs: { base64: made.toString("base64"), hex: made.toString("hex") } };
  },
};

const uuid: Definition = {
  token: "random:index/randomUuid:RandomUuid",
  inputs: { keepers },
  secrets: [],
  async create() {
    const result = randomUUID();
    return { id: result, outputs: { result } };
  },
};

const integerInputs = { keepers, max: z.int(), min: z.int() };

const integer: Definition = {
  token: "random:index/randomInteger:RandomInteger",
  inputs: integerInputs,
  secrets: [],
  check(inputs) {
    const { min, max } = z.object(integerInputs).parse(inputs);
    return min > max ? [{ property: "min", reason: `${min} is more than max (${max})` }] : [];
  },
  async create(inputs) {
    const { min, max } = z.object(integerInputs).parse(inputs);
    const result = randomInt(min, max + 1);
    return { id: String(result), outputs: { result } };
  },
};

/** The resources of @pulumi/random that the stand-in has. */
export const randomResources: readonly Definition[] = [password, string, id, bytes, uuid, integer];
