/** What the emulator must hold before a stack can stand in it. */

/** Headers by which the emulator knows which service is meant; it checks no signature. */
const addressed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=none`,
});

async function send(url: string, init: RequestInit): Promise<void> {
  const response = await fetch(url, { method: "POST", ...init });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${(await response.text()).slice(0, 500)}`);
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
