/** A webhook on this machine's loopback, which keeps what it is told. */
import { once } from "node:events";
import { createServer } from "node:http";
import { z } from "zod";
import { until } from "../../../provider/system.ts";

const message = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(["firing", "resolved"]),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
});
type Told = z.infer<typeof message>["alerts"][number];

/** A running webhook. */
export interface Webhook {
  /** `127.0.0.1:port`, and the path that alone it takes. */
  readonly server: string;
  readonly path: string;
  /** Resolves with the alert once it was told with this status and these labels. */
  readonly told: (
    status: Told["status"],
    labels: Readonly<Record<string, string>>,
    milliseconds: number,
  ) => Promise<Told>;
  /** How often an alert was told with this status and these labels until now. */
  readonly count: (status: Told["status"], labels: Readonly<Record<string, string>>) => number;
  readonly close: () => Promise<void>;
}

/** Starts one. */
export async function startWebhook(): Promise<Webhook> {
  const path = "/a-secret-path-of-a-test";
  const heard: Told[] = [];
  const found = (status: Told["status"], labels: Readonly<Record<string, string>>) =>
    heard.filter(
      (one) =>
        one.status === status && Object.entries(labels).every(([name, value]) => one.labels[name] === value),
    );
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      const right = request.method === "POST" && request.url === path;
      if (right) heard.push(...message.parse(JSON.parse(text)).alerts);
      response.writeHead(right ? 200 : 404).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    server: `127.0.0.1:${address.port}`,
    path,
    async told(status, labels, milliseconds) {
      await until(`${JSON.stringify(labels)} being told as ${status}`, milliseconds, () =>
        found(status, labels).length > 0
          ? null
          : `heard of ${heard.map((one) => `${one.labels.alertname} ${one.status}`).join(", ")}`,
      );
      const [first] = found(status, labels);
      if (!first) throw new Error("it was told and is gone");
      return first;
    },
    count: (status, labels) => found(status, labels).length,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
