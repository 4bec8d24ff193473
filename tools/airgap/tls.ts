import { packageVersion } from "../versions.ts";
import { certRequest, locallySignedCert, selfSignedCert } from "./certificates.ts";
import { privateKey } from "./privateKey.ts";
import { serveStandIn } from "./standIn.ts";

await serveStandIn(packageVersion("@pulumi/tls"), [
  privateKey,
  selfSignedCert,
  locallySignedCert,
  certRequest,
]);
