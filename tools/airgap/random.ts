import { packageVersion } from "../versions.ts";
import { randomResources } from "./randomResources.ts";
import { serveStandIn } from "./standIn.ts";

await serveStandIn(packageVersion("@pulumi/random"), randomResources);
