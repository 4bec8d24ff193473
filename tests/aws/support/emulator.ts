/** What the emulator must hold before a stack can stand in it. */
import { z } from "zod";

const key = z.object({ KeyMetadata: z.object({ KeyId: z.string() }) });

/** Headers by which the emulator knows which service is meant; it checks no signature. */
const addressed = (service: string, region = "us-east-1") => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20250101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=none`,
});

async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { method: "POST", ...init });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${(await response.text()).slice(0, 500)}`);
  return response;
}

/** Makes the public zone that the stack expects, and lets functions run without containers. */
export async function prepareEmulator(emulator: string, zone: string): Promise<void> {
  await send(`${emulator}/moto-api/reset`, {});
  await send(`${emulator}/moto-api/config`, {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ lambda: { use_docker: false } }),
  });
  await send(`${emulator}/2013-04-01/hostedzone`, {
    headers: { ...addressed("route53"), host: "route53.amazonaws.com", "content-type": "text/xml" },
    body: `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><CallerReference>test</CallerReference><Name>${zone}.</Name></CreateHostedZoneRequest>`,
  });
}

/**
 * Makes a bucket for states and a key for their secrets, under one name.
 * @returns address of the bucket as Pulumi takes it; the key is `alias/NAME`
 */
export async function stateIn(emulator: string, name: string): Promise<string> {
  await send(`${emulator}/${name}`, {
    method: "PUT",
    headers: { ...addressed("s3", "eu-west-1"), host: "s3.eu-west-1.amazonaws.com" },
    body: "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>",
  });
  const kms = (action: string, values: object) =>
    send(emulator, {
      headers: {
        ...addressed("kms", "eu-west-1"),
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `TrentService.${action}`,
      },
      body: JSON.stringify(values),
    });
  const { KeyMetadata } = key.parse(await (await kms("CreateKey", {})).json());
  await kms("CreateAlias", { AliasName: `alias/${name}`, TargetKeyId: KeyMetadata.KeyId });
  const options = new URLSearchParams({
    region: "eu-west-1",
    endpoint: emulator,
    s3ForcePathStyle: "true",
  });
  return `s3://${name}?${options}`;
}
