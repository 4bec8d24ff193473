/** Where things lie on a host, and what a file of it is. Nothing here knows which cloud the host stands in. */

/** Folders of a host, absolute, without a trailing slash. */
export interface Layout {
  /** Configuration: written by a deployment, read by daemons. */
  readonly etc: string;
  /** What must survive a restart. */
  readonly data: string;
  /** A folder per service, root's own: the supervisor writes what a service says there. */
  readonly log: string;
  /** Sockets and process ids; gone after a restart. */
  readonly run: string;
  /** The Node program that runs the site. */
  readonly node: string;
}

/** The folders below one root: `/run/host` → `/run/host/etc`, ... `node` is the path of the Node program. */
export function layoutUnder(root: string, node: string): Layout {
  return { etc: `${root}/etc`, data: `${root}/data`, log: `${root}/log`, run: `${root}/run`, node };
}

/**
 * Folder of the logs that a service writes itself: apart from the supervisor's, which is root and follows what it finds.
 */
export const ownLogs = (layout: Layout, service: string): string => `${layout.log}/own/${service}`;

/** Users that services run as. Numbers behind the names are the cloud's affair. */
export type ServiceUser =
  | "root"
  | "site"
  | "nginx"
  | "haproxy"
  | "mysql"
  | "prometheus"
  | "exporter"
  | "mtail"
  | "agent"
  | "alertmanager";

/** One file of a host. */
export interface HostFile {
  readonly content: string;
  /** Octal text. */
  readonly mode: "0600" | "0644" | "0755";
  /** Who owns it. */
  readonly user: ServiceUser;
  /** Whether its content is a secret; such a file has mode 0600. */
  readonly secret: boolean;
}

/** Absolute path → file. */
export type Files = Readonly<Record<string, HostFile>>;

/** A file that everyone on the host may read. */
export const plainFile = (content: string): HostFile => ({
  content,
  mode: "0644",
  user: "root",
  secret: false,
});

/** A program that everyone on the host may run. */
export const programFile = (content: string): HostFile => ({
  content,
  mode: "0755",
  user: "root",
  secret: false,
});

/** A file that only its owner may read. */
export const secretFile = (content: string, user: ServiceUser): HostFile => ({
  content,
  mode: "0600",
  user,
  secret: true,
});

/** Someone else in the stack: the name in its certificate and its address. */
export interface Peer {
  readonly name: string;
  readonly address: string;
}
