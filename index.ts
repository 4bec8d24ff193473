/** The program: settings → cloud → stack → outputs. */
import "./components/leanSdk.ts";
import { buildStack } from "./components/clouds.ts";
import { loadSettings } from "./config/load.ts";

const stack = await buildStack("web", loadSettings());

/** The site's URL. */
export const endpoint = stack.endpoint;
/** Name of each dashboard → its URL. */
export const dashboards = stack.dashboards;
/** Name of each web server → where it stands. */
export const servers = stack.servers;
/** The database: writer, readers, nodes. */
export const database = stack.database;
/** Every permitted flow; anything else is refused. */
export const firewallMatrix = stack.firewallMatrix;
/** Per hop: encrypted, authenticated. */
export const tlsHops = stack.tlsHops;
/** The stack's own certificate authority, PEM. */
export const caCertificate = stack.caCertificate;
