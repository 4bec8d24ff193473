/** An operating-system package and what proves that it is there. */
export interface OsPackage {
  /** Name in Debian and its relatives. */
  readonly name: string;
  /** A file that it brings, below /usr. */
  readonly proof: string;
  /** What the project uses it for. */
  readonly use: string;
}

const of = (name: string, proof: string, use: string): OsPackage => ({ name, proof, use });

/** What only the tests need: programs that look at stacks from outside, on the machine itself. */
export const testPackages: readonly OsPackage[] = [
  of("chromium", "bin/chromium", "pages in a real browser"),
  of("libnss3-tools", "bin/certutil", "the stack's authority in the browser's own store"),
  of("fonts-dejavu-core", "share/fonts/truetype/dejavu/DejaVuSans.ttf", "text in the browser"),
  of("wrk", "bin/wrk", "load"),
  of("nginx-light", "sbin/nginx", "the program of a unit on AWS, for its checker"),
  of("nmap", "bin/nmap", "ports of the hosts, seen from each other"),
  of("cloud-init", "bin/cloud-init", "checks of a server's first start on AWS"),
  of("systemd", "bin/systemd-analyze", "checks of a server's units on AWS"),
];

/**
 * Path of a package's proof.
 * @param usr folder that stands for /usr
 */
export const proofPath = (each: OsPackage, usr: string): string => `${usr}/${each.proof}`;
