/** A mail server on this machine's loopback that keeps what it is given: STARTTLS and a login are required. */
import { once } from "node:events";
import { SMTPServer } from "smtp-server";
import type { Pair } from "./selfSigned.ts";

/** One message that was taken. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly encrypted: boolean;
  /** Headers and parts, with the quoted-printable encoding undone. */
  readonly text: string;
}

/** `=3D` is `=`, and a `=` at a line's end joins it with the next. */
const decoded = (text: string) =>
  text
    .replaceAll(/=\r?\n/g, "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** Who may send. */
interface Login {
  readonly user: string;
  readonly password: string;
}

/** The server. */
export class MailSink {
  readonly messages: Mail[] = [];
  private readonly server: SMTPServer;

  private constructor(pair: Pair, login: Login) {
    this.server = new SMTPServer({
      cert: pair.certificate,
      key: pair.key,
      onAuth({ username, password }, _, done) {
        if (username === login.user && password === login.password) done(null, { user: login.user });
        else done(new Error("that is not the login"));
      },
      onData: (stream, { envelope, secure }, done) => {
        let text = "";
        stream.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        stream.on("end", () => {
          const { mailFrom, rcptTo } = envelope;
          this.messages.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            encrypted: secure,
            text: decoded(text),
          });
          done();
        });
      },
    });
  }

  static async open(pair: Pair, login: Login): Promise<MailSink> {
    const sink = new MailSink(pair, login);
    sink.server.listen(0, "127.0.0.1");
    await once(sink.server.server, "listening");
    return sink;
  }

  /** Loopback port. */
  get port(): number {
    const address = this.server.server.address();
    if (address === null || typeof address === "string") throw new Error("the mail server has no port");
    return address.port;
  }

  close(): Promise<void> {
    return new Promise((done) => this.server.close(() => done()));
  }
}
