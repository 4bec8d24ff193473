/** Where things lie on a server on EC2. */
import type { Layout } from "../../hosts/layout.ts";

/** Folders of every server, below a name of their own in each of Debian's places. */
export const layout: Layout = {
  etc: "/etc/foobar",
  data: "/var/lib/foobar",
  log: "/var/log/foobar",
  run: "/run/foobar",
  node: "/opt/foobar/bin/node",
};

/** What DATABASE_CONFIG names. */
export const databaseConfigPath = `${layout.etc}/site/database.json`;

/** Amazon's authorities for the database's certificate. */
export const databaseCaPath = `${layout.etc}/site/database-ca.pem`;
