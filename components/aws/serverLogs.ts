/** Log groups of the servers: one for each kind of log, a stream in it for each server. */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsFoundation } from "./foundation.ts";

export class AwsServerLogs extends pulumi.ComponentResource {
  /** Requests, one JSON object a line. */
  readonly access: aws.cloudwatch.LogGroup;
  /** What the web server, the application and the first start have to say. */
  readonly system: aws.cloudwatch.LogGroup;

  constructor(name: string, foundation: AwsFoundation, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:ServerLogs", name, {}, opts);
    this.access = foundation.logGroup("web-access", "web/access", this);
    this.system = foundation.logGroup("web-system", "web/system", this);
    this.registerOutputs();
  }
}
