import { gzipSync } from "node:zlib";
import { about, type Case, providers, resource } from "../support/resource.ts";

const template = "aws:ec2/launchTemplate:LaunchTemplate";

const compressed = (text: string) => ({ userData: gzipSync(text).toString("base64") });

const tags = { project: "foobar", stack: "test", environment: "staging" };

export const serverCases: readonly Case[] = [
  about(
    "instance-metadata-v2-only",
    template,
    { metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 } },
    [{ metadataOptions: { httpTokens: "optional" } }, /without a token/],
    [{}, /without a token/],
    [{ metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 } }, /of other machines/],
  ),
  about(
    "image-pinned",
    template,
    { imageId: "ami-0123456789abcdef0" },
    [{ imageId: "resolve:ssm:/aws/service/debian/release/13/latest/amd64" }, /starts from resolve:ssm/],
    [{}, /no image/],
  ),
  about("no-key-pair", template, {}, [{ keyName: "operations" }, /key operations/]),
  about(
    "no-plain-secrets-in-user-data",
    template,
    compressed(
      '#cloud-config\ntoken: "$(cat /run/token)"\npassword: arn:aws:secretsmanager:eu-west-1:1:secret:x\n',
    ),
    [compressed("-----BEGIN EC PRIVATE KEY-----\nx"), /a private key/],
    [compressed("DB_PASSWORD=correct-horse-battery"), /a password or token/],
    [{ userData: "#!/bin/sh\nexport K=AKIAABCDEFGHIJKLMNOP\n" }, /an access key of AWS/],
    [{ userData: Buffer.from("mysql://site:correct-horse@db/").toString("base64") }, /a URL with a password/],
  ),
  about(
    "no-plain-secrets-in-functions",
    "aws:lambda/function:Function",
    {
      environment: {
        variables: { SECRET: "arn:aws:secretsmanager:eu-west-1:1:secret:x", NODE_ENV: "production" },
      },
    },
    [{ environment: { variables: { API_TOKEN: "0123456789abcdef" } } }, /variable API_TOKEN/],
  ),
  {
    rule: "required-tags",
    passing: [resource("aws:ec2/vpc:Vpc", {})],
    failing: [
      {
        resources: [resource("aws:ec2/vpc:Vpc", { tags }, { provider: providers.bare })],
        says: /lacks the tags project, stack, environment/,
      },
    ],
  },
  about(
    "instances-tagged",
    template,
    { tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags })) },
    [{ tagSpecifications: [{ resourceType: "instance", tags }] }, /volumes without the tags/],
    [{ tagSpecifications: [{ resourceType: "volume", tags }] }, /instances without the tags/],
  ),
];
