/** The site's address on this machine's loopback: made when it answers over HTTPS with the expected certificate. */
import { request } from "node:https";
import { z } from "zod";
import { wordsOfEnding } from "../endings.ts";
import { hostsIn, liveSandbox, sandboxHandle } from "../handles.ts";
import { type Kind, keptWhole } from "../kind.ts";
import type { Work } from "../work.ts";

const inputs = z.strictObject({
  sandbox: sandboxHandle,
  /** Name in the URL and in the certificate. */
  serverName: z.string(),
  address: z.string(),
  port: z.int(),
  /** PEM of the authority that the certificate must come from. */
  ca: z.string(),
  path: z.string().startsWith("/"),
});
export type EndpointInputs = z.output<typeof inputs>;

/** One request; null when it answers 200 and its certificate is the expected one, else what happened. */
export function probe({ serverName, address, port, ca, path }: EndpointInputs): Promise<string | null> {
  return new Promise((done) => {
    const options = {
      host: address,
      port,
      path,
      ca,
      servername: serverName,
      headers: { host: `${serverName}:${port}` },
      agent: false,
      timeout: 3000,
    };
    const call = request(options, (response) => {
      response.resume();
      response.on("error", (error) => done(error.message));
      response.on("end", () =>
        done(response.statusCode === 200 ? null : `HTTP status ${response.statusCode}`),
      );
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 3 s")));
    call.on("error", (error) => done(error.message));
    call.end();
  });
}

/** The kind. It waits for what other parts of the same operation make, for as long as those are at work. */
export const endpointKind = (work: Work): Kind<EndpointInputs> => ({
  type: "onebox:index:Endpoint",
  ...keptWhole(inputs),
  replaceOn: ["sandbox.directory"],
  id: ({ sandbox, port }) => `${sandbox.directory}:${port}`,

  async ensure(wanted) {
    const url = `https://${wanted.serverName}:${wanted.port}`;
    await work.untilOthers(
      `an answer of ${url}${wanted.path}`,
      () => probe(wanted),
      () => wordsOfEnding(hostsIn(wanted.sandbox)),
    );
    return { url };
  },

  async observe(wanted) {
    if (liveSandbox(wanted.sandbox.directory) === null) return ["the sandbox does not run"];
    const problem = await probe(wanted);
    return problem === null ? [] : [`it does not answer: ${problem}`];
  },

  async remove() {
    // Nothing of its own to remove: it only tells that the gateway answers.
  },
});
