/**
 * Answers what the emulator of AWS does not know (composite alarms, instance refreshes), and passes everything else on
 * to it. With the true AWS nothing of this is used.
 */
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const monitoring = "http://monitoring.amazonaws.com/doc/2010-08-01/";
const autoscaling = "http://autoscaling.amazonaws.com/doc/2011-01-01/";
const arnOf = (name: string) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const answer = (action: string, result: string, namespace = monitoring) =>
  `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></${action}Response>`;

/** `AlarmActions.member.1=a&AlarmActions.member.2=b` → members as XML. */
function members(form: URLSearchParams, name: string): string {
  const values = [...form].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
  return `<${name}>${values.map((value) => `<member>${escaped(value)}</member>`).join("")}</${name}>`;
}

function tags(form: URLSearchParams): string {
  const keys = [...form].filter(([key]) => /^Tags\.member\.\d+\.Key$/.test(key));
  const entries = keys.map(([key, value]) => {
    const text = form.get(key.replace(/Key$/, "Value")) ?? "";
    return `<member><Key>${escaped(value)}</Key><Value>${escaped(text)}</Value></member>`;
  });
  return `<Tags>${entries.join("")}</Tags>`;
}

function described(form: URLSearchParams): string {
  const name = form.get("AlarmName") ?? "";
  const texts = ["AlarmName", "AlarmRule", "AlarmDescription"].map(
    (key) => `<${key}>${escaped(form.get(key) ?? "")}</${key}>`,
  );
  return `<member>${texts.join("")}<AlarmArn>${arnOf(name)}</AlarmArn><ActionsEnabled>${form.get("ActionsEnabled") ?? "true"}</ActionsEnabled>${["AlarmActions", "OKActions", "InsufficientDataActions"].map((key) => members(form, key)).join("")}</member>`;
}

/** What is known of composite alarms: name → the call that made it. */
class CompositeAlarms {
  private readonly alarms = new Map<string, URLSearchParams>();

  /** The answer to a call about a composite alarm; null for every other call. */
  reply(form: URLSearchParams): string | null {
    const action = form.get("Action");
    const name = form.get("AlarmNames.member.1") ?? "";
    const alarm = this.alarms.get(name);
    switch (action) {
      case "PutCompositeAlarm":
        this.alarms.set(form.get("AlarmName") ?? "", form);
        return answer(action, "");
      case "DescribeAlarms":
        if (form.get("AlarmTypes.member.1") !== "CompositeAlarm") return null;
        return answer(action, `<CompositeAlarms>${alarm ? described(alarm) : ""}</CompositeAlarms>`);
      case "DeleteAlarms":
        return alarm && this.alarms.delete(name) ? answer(action, "") : null;
      case "ListTagsForResource": {
        const arn = form.get("ResourceARN") ?? "";
        const found = [...this.alarms].find(([each]) => arnOf(each) === arn);
        return found ? answer(action, tags(found[1])) : null;
      }
      default:
        return null;
    }
  }
}

/** Rolling replacements that were asked for. */
class InstanceRefreshes {
  readonly started: URLSearchParams[] = [];

  /** The answer to a call about a refresh; null for every other call. */
  reply(form: URLSearchParams): string | null {
    switch (form.get("Action")) {
      case "StartInstanceRefresh":
        this.started.push(form);
        return answer(
          "StartInstanceRefresh",
          `<InstanceRefreshId>${this.started.length}</InstanceRefreshId>`,
          autoscaling,
        );
      case "DescribeInstanceRefreshes":
        return answer("DescribeInstanceRefreshes", "<InstanceRefreshes/>", autoscaling);
      default:
        return null;
    }
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Something that answers at `url` until it is closed. */
export interface Listening {
  readonly url: string;
  /** Parameters of each rolling replacement that was asked for. */
  readonly refreshes: readonly URLSearchParams[];
  close(): void;
}

/** Listens on loopback before the emulator. */
export async function beforeEmulator(emulator: string): Promise<Listening> {
  const alarms = new CompositeAlarms();
  const refreshes = new InstanceRefreshes();
  const { hostname, port } = new URL(emulator);
  const server: Server = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      const form = /form-urlencoded/.test(incoming.headers["content-type"] ?? "")
        ? new URLSearchParams(body.toString("utf8"))
        : new URLSearchParams();
      const reply = alarms.reply(form) ?? refreshes.reply(form);
      if (reply !== null) {
        outgoing.writeHead(200, { "content-type": "text/xml" }).end(reply);
        return;
      }
      const onward = request(
        { hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
        (response) => {
          outgoing.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(outgoing);
        },
      );
      onward.on("error", () => outgoing.writeHead(502).end());
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    refreshes: refreshes.started,
    close: () => server.close(),
  };
}
