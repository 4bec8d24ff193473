/** The image that servers start from. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { debianRelease } from "../../hosts/awsHost.ts";
import type { AwsFoundation } from "./foundation.ts";

const debianArchitecture = { x86_64: "amd64", arm64: "arm64" } as const;

/** Where Debian publishes the id of its newest image of the release that servers are made of. */
const published = (architecture: keyof typeof debianArchitecture) =>
  `/aws/service/debian/release/${debianRelease}/latest/${debianArchitecture[architecture]}`;

/** The configured image, or Debian's newest at the time of the deployment. */
export function imageOf({ aws: { image } }: AwsFoundation, parent: pulumi.Resource): pulumi.Input<string> {
  return image.id === "latest"
    ? aws.ssm.getParameterOutput({ name: published(image.architecture) }, { parent }).insecureValue
    : image.id;
}
