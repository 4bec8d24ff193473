import { systemClock } from "./clock.ts";
import type { Pool } from "./database/connection.ts";
import { mysqlPool } from "./database/mysql.ts";
import { Sessions } from "./database/sessions.ts";
import { GuestBook } from "./entries/book.ts";
import { EntryStore } from "./entries/store.ts";
import { readiness } from "./health.ts";
import { route } from "./http/routes.ts";
import { HttpServer } from "./http/server.ts";
import { logError } from "./log.ts";
import { Probe } from "./probe.ts";
import { readSettings, type Settings, SettingsError } from "./settings.ts";

/** Longest way out, in milliseconds: a waiting write may take 7 s. */
const stopMs = 10_000;

/** A Galera node answers a read only when it has applied all that was committed before; others do not know it. */
const causalReads = "SET SESSION wsrep_sync_wait = 1";

function sessions(pool: Pool, statements: readonly string[]): Sessions {
  return new Sessions(pool, { statements, clock: systemClock });
}

function openBook({ database, serverName }: Settings): GuestBook | null {
  if (database === null) return null;
  const writer = sessions(mysqlPool(database, database.writer), []);
  const reader = sessions(mysqlPool(database, database.reader), [causalReads]);
  return new GuestBook(new EntryStore({ writer, reader, serverName, clock: systemClock }));
}

async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const book = openBook(settings);
  const probe = new Probe(systemClock);
  let stopping = false;
  const server = new HttpServer((request) =>
    route(
      {
        server: settings.serverName,
        zone: settings.serverZone,
        domain: settings.siteDomain,
        book,
        readiness: () => readiness({ hasDatabase: book !== null, stopping, ...probe }, systemClock.now()),
      },
      request,
    ),
  );
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    probe.stop();
    setTimeout(() => process.exit(1), stopMs).unref();
    await server.stop();
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop());
  process.on("SIGINT", () => void stop());
  await server.listen(settings.listenSocket);
  if (book !== null) void probe.watch(() => book.warm());
}

process.on("uncaughtException", (error) => {
  // What state is left is unknown; the supervisor starts a clean process.
  logError("crashed", error);
  process.exit(1);
});

try {
  await start();
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else logError("start-failed", error);
  process.exit(1);
}
