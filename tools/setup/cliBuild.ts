/** A program of Pulumi that is built from Go modules where it cannot be downloaded. */
export interface HostBuild {
  /** Name for messages. */
  readonly what: string;
  /** File name of the program. */
  readonly binary: string;
  /** Import path of the package to build. */
  readonly package: string;
  /** Go language version that the module file names. */
  readonly go: string;
  /** Modules, path → version. */
  readonly modules: Readonly<Record<string, string>>;
  /** File of `sums/`: the digest of every module that is compiled, as `go build -mod=mod` writes them into go.sum. */
  readonly sums: string;
  /** Further arguments of `go build`. */
  readonly flags: readonly string[];
}

const sdk = "github.com/pulumi/pulumi/sdk/v3";
const pkg = "github.com/pulumi/pulumi/pkg/v3";

/**
 * The CLI itself.
 * @param version without "v"
 */
export function cliBuild(version: string): HostBuild {
  return {
    what: "CLI",
    binary: "pulumi",
    package: `${pkg}/cmd/pulumi`,
    go: "1.25.11",
    modules: { [pkg]: `v${version}`, [sdk]: `v${version}` },
    sums: "pulumi.sum",
    flags: ["-ldflags", `-s -w -X ${sdk}/go/common/version.Version=v${version}`],
  };
}

/**
 * The language host for Node. v3.68.0 is the newest whose host lies inside a published module; it runs with
 * newer CLIs (tried with 3.255: preview, up, refresh, destroy), but not policy packs and not source plugins.
 */
export function languageHostBuild(): HostBuild {
  return {
    what: "language host",
    binary: "pulumi-language-nodejs-3.68.0",
    package: `${sdk}/nodejs/cmd/pulumi-language-nodejs`,
    go: "1.20",
    modules: { [sdk]: "v3.68.0" },
    sums: "pulumi-language-nodejs.sum",
    flags: ["-ldflags", "-s -w"],
  };
}

/** Text of the go.mod from which a program is built. */
export function goModule(build: HostBuild): string {
  const modules = Object.entries(build.modules).map(([path, version]) => `\t${path} ${version}`);
  return ["module build", "", `go ${build.go}`, "", "require (", ...modules, ")", ""].join("\n");
}

/**
 * Text of the executable that starts the language host. A host of that age takes `typescript: false` as a flag
 * only, which newer CLIs don't pass: without it every program would go through ts-node.
 */
export function languageHostLauncher(binary: string): string {
  return `#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/${binary}" -typescript=false "$@"\n`;
}
