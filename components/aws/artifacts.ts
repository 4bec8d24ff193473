/**
 * What servers and functions are made of: encrypted objects, each under its own digest. So what a name holds never
 * changes, and a server that starts from a former template finds what that names.
 */
import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Artifact } from "../../hosts/awsHost.ts";
import type { Site } from "../site.ts";
import { filesOf, sha256Of, writeArchive } from "./archives.ts";
import { databaseAuthorities, proxyAuthorities } from "./databaseAuthorities.ts";
import type { AwsFoundation } from "./foundation.ts";
import { PrivateBucket } from "./privateBucket.ts";

/** Days that replaced versions stay. Releases are none: somebody wrote over an object by hand. */
const oldVersionDays = 90;

/** Node's name of a processor. */
const nodeArchitecture = { x86_64: "x64", arm64: "arm64" } as const;

/** The Node program of the project, Linux; the servers run the very same one. */
const nodeProgram = `node_modules/node-linux-${process.arch}/bin/node`;

/** An uploaded object. */
type Uploaded = pulumi.Output<Artifact>;

export class AwsArtifacts extends pulumi.ComponentResource {
  readonly bucket: PrivateBucket;
  /** The Node program that runs the site. */
  readonly node: Uploaded;
  /** Authorities of the database's certificates. */
  readonly databaseCa: Uploaded;
  private readonly foundation: AwsFoundation;
  private readonly sites = new Map<string, Uploaded>();

  constructor(name: string, foundation: AwsFoundation, opts: pulumi.ComponentResourceOptions) {
    super("foobar:aws:Artifacts", name, {}, opts);
    this.foundation = foundation;
    this.bucket = new PrivateBucket(
      "artifacts",
      {
        key: foundation.key,
        versioned: true,
        expireDays: null,
        expireOldVersionsDays: oldVersionDays,
        grants: () => [],
      },
      foundation,
      { parent: this },
    );
    this.node = this.nodeFor(foundation.aws.image.architecture);
    const authorities = foundation.aws.database.proxy
      ? proxyAuthorities()
      : databaseAuthorities(foundation.aws.region);
    this.databaseCa = this.upload(
      "database-ca",
      ".pem",
      new pulumi.asset.StringAsset(authorities),
      createHash("sha256").update(authorities).digest("hex"),
    );
    this.registerOutputs({ bucket: this.bucket.bucket.id });
  }

  /** The site as an archive; uploaded once, however many servers ask. */
  site(site: Site): Uploaded {
    const known = this.sites.get(site.hash);
    if (known) return known;
    const archive = writeArchive(`site-${site.hash}`, () => filesOf(site.directory));
    const uploaded = this.file("site", ".zip", archive);
    this.sites.set(site.hash, uploaded);
    return uploaded;
  }

  /** A file of this machine as an object, whose name ends as given. */
  file(name: string, ending: string, file: { readonly path: string; readonly sha256: string }): Uploaded {
    return this.upload(name, ending, new pulumi.asset.FileAsset(file.path), file.sha256);
  }

  private nodeFor(architecture: keyof typeof nodeArchitecture): Uploaded {
    if (process.platform !== "linux" || process.arch !== nodeArchitecture[architecture]) {
      throw new pulumi.RunError(
        `foobar:aws.image.architecture is ${architecture}, but this machine (${process.platform}, ${process.arch}) has Node for itself only. Deploy from a Linux machine of that kind, or choose image and instance types of this one`,
      );
    }
    return this.file("node", "", { path: nodeProgram, sha256: sha256Of(nodeProgram) });
  }

  private upload(name: string, ending: string, source: pulumi.asset.Asset, sha256: string): Uploaded {
    const object = new aws.s3.BucketObjectv2(
      name,
      {
        bucket: this.bucket.bucket.id,
        key: `${name}/${sha256}${ending}`,
        source,
        serverSideEncryption: "aws:kms",
        kmsKeyId: this.foundation.key.arn,
      },
      // The last servers of a release still start from it while the next one comes up; the bucket takes all with it.
      { parent: this, retainOnDelete: true },
    );
    return pulumi.all([object.bucket, object.key]).apply(([bucket, key]) => ({ bucket, key, sha256 }));
  }
}
