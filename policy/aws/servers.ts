/** Servers and functions: metadata, image, secrets, log-in. */
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { secretsIn, secretsInEnvironment } from "../plainSecrets.ts";
import { mapOf, number, text } from "../properties.ts";
import { resourceRule } from "../rule.ts";

const launched = ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"];

export const metadataV2Only = () =>
  resourceRule({
    name: "instance-metadata-v2-only",
    description:
      "The metadata service takes version 2 only, and answers no further than the instance itself.",
    remedy: 'Set metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 }',
    types: launched,
    reads: z.object({
      metadataOptions: z.object({ httpTokens: text, httpPutResponseHopLimit: number }).nullish(),
    }),
    problems: ({ metadataOptions: options }) => [
      ...(options?.httpTokens === "required" ? [] : ["answers metadata requests without a token"]),
      ...((options?.httpPutResponseHopLimit ?? 1) > 1 ? ["answers metadata requests of other machines"] : []),
    ],
  });

export const imagePinned = () =>
  resourceRule({
    name: "image-pinned",
    description: "Servers start from an image that is named by its id.",
    remedy: "Name the image: ami-…; an alias would change it without a commit",
    types: launched,
    reads: z.object({ imageId: text, ami: text }),
    problems: ({ imageId, ami }) => {
      const image = imageId ?? ami;
      return /^ami-[0-9a-f]{8,17}$/.test(image ?? "") ? [] : [`starts from ${image ?? "no image"}`];
    },
  });

export const noKeyPair = () =>
  resourceRule({
    name: "no-key-pair",
    description: "Servers have no SSH key: operators come by Session Manager.",
    remedy: "Leave keyName out",
    types: launched,
    reads: z.object({ keyName: text }),
    problems: ({ keyName }) => (keyName === null ? [] : [`lets the holder of the key ${keyName} log in`]),
  });

/** User data as the machine reads it: base64 and gzip taken off. */
export function plainUserData(userData: string): string {
  const bytes = Buffer.from(userData, "base64");
  const isBase64 = bytes.toString("base64").replace(/=+$/, "") === userData.trim().replace(/=+$/, "");
  if (!isBase64) return userData;
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
}

export const noSecretsInUserData = () =>
  resourceRule({
    name: "no-plain-secrets-in-user-data",
    description: "User data, which everybody in the account can read, holds no secret.",
    remedy: "Keep it in Secrets Manager and fetch it at boot",
    types: launched,
    reads: z.object({ userData: text, userDataBase64: text }),
    problems: ({ userData, userDataBase64 }) =>
      secretsIn(plainUserData(userData ?? userDataBase64 ?? "")).map(
        (what) => `has ${what} in its user data`,
      ),
  });

export const noSecretsInFunctions = () =>
  resourceRule({
    name: "no-plain-secrets-in-functions",
    description: "The environment of functions holds no secret.",
    remedy: "Keep it in Secrets Manager and fetch it at run time",
    types: ["aws:lambda/function:Function"],
    reads: z.object({ environment: z.object({ variables: mapOf(z.string()) }).nullish() }),
    problems: ({ environment }) =>
      secretsInEnvironment(environment?.variables ?? {}).map(
        ({ name, what }) => `has ${what} in its variable ${name}`,
      ),
  });
