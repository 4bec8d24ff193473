/** The onebox provider plugin: a whole web infrastructure as processes of one Linux machine. */
import { main } from "@pulumi/pulumi/provider/index.js";
import { handlerOf, providerOf } from "./dispatch.ts";
import { endWithEngine } from "./engine.ts";
import { invoke } from "./functions.ts";
import { bridge } from "./kinds/bridge.ts";
import { directoryCopy } from "./kinds/directoryCopy.ts";
import { endpointKind } from "./kinds/endpoint.ts";
import { exits } from "./kinds/exits.ts";
import { fileTree } from "./kinds/fileTree.ts";
import { galeraCluster } from "./kinds/galeraCluster.ts";
import { host } from "./kinds/host.ts";
import { roster } from "./kinds/roster.ts";
import { ruleSet } from "./kinds/ruleSet.ts";
import { sandbox } from "./kinds/sandbox.ts";
import { service } from "./kinds/service.ts";
import { Work } from "./work.ts";

// Whatever the caller's own mask is: daemons that run as their own users read what is made here; secrets get a mode of their own.
process.umask(0o022);

endWithEngine();

// So the engine, which alone reaches this process group, asks a plugin to go when all is done. A process that just dies
// of it would leave nothing in Node's compile cache, and the next one would compile everything again.
process.once("SIGINT", () => process.exit());

const work = new Work();
const endpoint = endpointKind(work);

const handlers = new Map([
  [sandbox.type, handlerOf(sandbox)],
  [roster.type, handlerOf(roster)],
  [bridge.type, handlerOf(bridge)],
  [host.type, handlerOf(host)],
  [exits.type, handlerOf(exits)],
  [ruleSet.type, handlerOf(ruleSet)],
  [fileTree.type, handlerOf(fileTree)],
  [directoryCopy.type, handlerOf(directoryCopy)],
  [service.type, handlerOf(service)],
  [galeraCluster.type, handlerOf(galeraCluster)],
  [endpoint.type, handlerOf(endpoint)],
]);

await main({ ...providerOf("0.1.0", handlers, work), invoke }, process.argv.slice(2));
