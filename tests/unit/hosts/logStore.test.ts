/** A real store of logs, and a host that calls it over TLS. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect as connectPlain, createServer, type Server } from "node:net";
import { getuid } from "node:process";
import { connect } from "node:tls";
import { plainFile, programFile } from "../../../hosts/layout.ts";
import { logStore, logWriter, renderLogStore, renderLogWriter } from "../../../hosts/logs/store.ts";
import { logConfiguration, logService } from "../../../hosts/logs/syslogNg.ts";
import { ports } from "../../../hosts/ports.ts";
import { tlsFiles, tlsPaths } from "../../../hosts/tlsFiles.ts";
import { until } from "../../../provider/system.ts";
import { inUserland } from "../../../tools/userland/command.ts";
import { selfSigned } from "../../support/selfSigned.ts";
import { Workplace } from "./support/workplace.ts";

describe("a real store of logs", () => {
  const place = new Workplace();
  const { layout } = place;
  const entrance = `${place.root}/store.sock`;
  const held = `${place.root}/held.sock`;
  const waiting: Buffer[] = [];
  let taken = 0;
  let handOver = () => true;
  let store: ChildProcess;
  let holder: Server;
  let pair: { readonly certificate: string; readonly key: string };

  before(async () => {
    pair = await selfSigned();
    const tls = tlsPaths(layout, "agent");
    // One host, as its certificate calls it and as its address does.
    const hosts = [
      { name: "localhost", address: "10.77.0.99" },
      { name: "by-address", address: "127.0.0.1" },
    ];
    const names = hosts.map(({ name }) => name);
    place.folders("log", "run/logs", "data/log-state", "data/logs");
    place.put({
      ...tlsFiles(tls, { ...pair, ca: pair.certificate }, "agent"),
      [logConfiguration(layout)]: plainFile(renderLogStore({ layout, host: "monitor", hosts, tls })),
      [logWriter(layout)]: programFile(renderLogWriter(layout, { hosts: names, keptMiB: 1 })),
    });
    const script = [
      "ip link set lo up",
      `${logService(layout).command.join(" ")} &`,
      `until socat -u OPEN:/dev/null TCP:127.0.0.1:${ports.logs}; do sleep 0.05; done`,
      `socat UNIX-LISTEN:${entrance},fork TCP:127.0.0.1:${ports.logs} &`,
      "cat >/dev/null; kill $(jobs -p)",
    ].join("\n");
    const user = getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
    const [program = "", ...rest] = inUserland([
      ...["unshare", ...user, "--net", "--pid", "--fork", "--kill-child", "--", "bash", "-c", script],
    ]);
    store = spawn(program, rest, { stdio: ["pipe", "ignore", "ignore"] });
    await until("the store", 20_000, () => (existsSync(entrance) ? null : "it does not listen"));
    // Hands over the first part at once, and all that follows in one piece when it is told to.
    holder = createServer((caller) => {
      const there = connectPlain(entrance);
      there.pipe(caller);
      caller.on("data", (part: Buffer) => {
        if (taken === 0) there.write(part);
        else waiting.push(part);
        taken += part.length;
      });
      handOver = () => there.write(Buffer.concat(waiting.splice(0)));
      for (const socket of [caller, there]) socket.on("error", () => undefined);
      caller.on("close", () => there.end());
    });
    holder.listen(held);
    await once(holder, "listening");
  });

  it("knows by its address whose line comes with the end of the handshake, and every other by its certificate", async () => {
    const line = connectPlain(held);
    const socket = connect({
      ...{ socket: line, servername: "localhost" },
      ...{ cert: pair.certificate, key: pair.key, ca: pair.certificate },
    });
    await once(socket, "secureConnect");
    const send = async (text: string) => {
      const written = Promise.withResolvers<void>();
      socket.write(`<13>1 2026-01-31T11:00:00.000Z claimed site - - - ${text}\n`, () => written.resolve());
      await written.promise;
      await until("what was written", 10_000, () => (taken === line.bytesWritten ? null : `${taken} bytes`));
      handOver();
      const kept = () =>
        readdirSync(logStore(layout)).flatMap((host) =>
          readFileSync(`${logStore(layout)}/${host}/current`, "utf8")
            .split("\n")
            .filter((each) => each.endsWith(text)),
        );
      await until(text, 10_000, () => (kept().length > 0 ? null : "it is not there"));
      return kept();
    };
    const when = "2026-01-31T11:00:00.000+00:00";
    assert.deepEqual(await send("the first"), [`${when} by-address site the first`]);
    assert.deepEqual(await send("the second"), [`${when} localhost site the second`]);
    socket.destroy();
  });

  after(async () => {
    holder?.close();
    store?.stdin?.end();
    if (store && store.exitCode === null) await once(store, "exit");
    place.close();
  });
});
