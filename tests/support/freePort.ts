/** A loopback port that nobody has now. */
import { once } from "node:events";
import { createServer } from "node:net";
import { z } from "zod";

const address = z.object({ port: z.number() });

/** Finds one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = address.parse(server.address());
  await new Promise((done) => server.close(done));
  return port;
}
