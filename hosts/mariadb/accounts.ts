/** SQL that makes database and accounts so. Safe to repeat. */
import { createHash } from "node:crypto";
import { checkUser } from "../haproxy/mysqlCheck.ts";

/** Account of the metrics exporter: no privilege, no password, the server's own Unix socket only. */
export const exporterUser = "exporter";

/** What is to be there. */
export interface AccountsInput {
  /** Name of the site's database. */
  readonly database: string;
  /** Name of the application's user. */
  readonly user: string;
  /** Secret. */
  readonly password: string;
  /** Where the application may come from, as MariaDB host patterns: `10.77.%`. */
  readonly hosts: readonly string[];
}

/** A string in SQL: quotes and backslashes doubled. */
function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/**
 * What the database keeps of a password in place of it (mysql_native_password). The nodes replicate statements on
 * accounts as text, and each keeps that text in its cache of write sets: a password in clear would lie there for long.
 */
export function passwordHash(password: string): string {
  const sha1 = (data: string | Buffer) => createHash("sha1").update(data).digest();
  return `*${sha1(sha1(password)).toString("hex").toUpperCase()}`;
}

const identifier = (text: string) => `\`${text.replaceAll("`", "``")}\``;

/**
 * Statements that change a password while servers still use the former one: both work until the next change, as with
 * MySQL's RETAIN CURRENT PASSWORD. Without a change they leave the account as it is, its former password too.
 */
function changePassword(user: string, host: string, hash: string): readonly string[] {
  const account = `${literal(user)}@${literal(host)}`;
  const using = "mysql_native_password USING ";
  const alter = (secrets: string) =>
    `CONCAT(${literal(`ALTER USER ${account} IDENTIFIED VIA ${using}`)}, ${secrets}, ${literal(" REQUIRE SSL")})`;
  return [
    `SET @present = (SELECT JSON_VALUE(Priv, '$.authentication_string') FROM mysql.global_priv WHERE User = ${literal(user)} AND Host = ${literal(host)});`,
    `SET @wanted = ${literal(hash)};`,
    `EXECUTE IMMEDIATE IF(@present = @wanted, 'DO 0', ${alter(`QUOTE(@wanted), ${literal(` OR ${using}`)}, QUOTE(@present)`)});`,
  ];
}

/** SQL text; a secret, since the password's hash is in it. @throws Error when nowhere is named to come from. */
export function renderAccounts({ database, user, password, hosts }: AccountsInput): string {
  if (hosts.length === 0) throw new Error("the application's user has no place to come from");
  const hash = passwordHash(password);
  const application = hosts.flatMap((host) => {
    const account = `${literal(user)}@${literal(host)}`;
    return [
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED VIA mysql_native_password USING ${literal(hash)} REQUIRE SSL;`,
      ...changePassword(user, host, hash),
      `GRANT SELECT, INSERT, UPDATE, DELETE ON ${identifier(database)}.* TO ${account};`,
    ];
  });
  return [
    `CREATE DATABASE IF NOT EXISTS ${identifier(database)} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    ...application,
    // The health check and the exporter may connect and read the server's state, which needs no privilege.
    ...[checkUser, exporterUser].map(
      (name) =>
        `CREATE OR REPLACE USER ${literal(name)}@'localhost' IDENTIFIED VIA mysql_native_password USING '';`,
    ),
    // State transfer and backup, known by the operating system's user at the other end of the socket.
    "CREATE USER IF NOT EXISTS 'mysql'@'localhost' IDENTIFIED VIA unix_socket;",
    "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'mysql'@'localhost';",
    "GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, REPLICA MONITOR, CONNECTION ADMIN ON *.* TO 'mysql'@'localhost';",
    "",
  ].join("\n");
}
