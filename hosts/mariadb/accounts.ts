/** SQL that makes database, schema and accounts so. Safe to repeat. */
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
  /** The site's idempotent DDL, or null. */
  readonly schemaSql: string | null;
}

/** A string in SQL: quotes and backslashes doubled. */
function literal(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

const identifier = (text: string) => `\`${text.replaceAll("`", "``")}\``;

/**
 * Statements that change a password while servers still use the former one: both work until the next change, as with
 * MySQL's RETAIN CURRENT PASSWORD. Without a change they leave the account as it is, its former password too.
 */
function changePassword(user: string, host: string, password: string): readonly string[] {
  const account = `${literal(user)}@${literal(host)}`;
  const using = "mysql_native_password USING ";
  const alter = (secrets: string) =>
    `CONCAT(${literal(`ALTER USER ${account} IDENTIFIED VIA ${using}`)}, ${secrets}, ${literal(" REQUIRE SSL")})`;
  return [
    `SET @present = (SELECT JSON_VALUE(Priv, '$.authentication_string') FROM mysql.global_priv WHERE User = ${literal(user)} AND Host = ${literal(host)});`,
    `SET @wanted = PASSWORD(${literal(password)});`,
    `EXECUTE IMMEDIATE IF(@present = @wanted, 'DO 0', ${alter(`QUOTE(@wanted), ${literal(` OR ${using}`)}, QUOTE(@present)`)});`,
  ];
}

/** SQL text; a secret, since the password is in it. @throws Error when nowhere is named to come from. */
export function renderAccounts({ database, user, password, hosts, schemaSql }: AccountsInput): string {
  if (hosts.length === 0) throw new Error("the application's user has no place to come from");
  const application = hosts.flatMap((host) => {
    const account = `${literal(user)}@${literal(host)}`;
    return [
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${literal(password)} REQUIRE SSL;`,
      ...changePassword(user, host, password),
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
    ...(schemaSql === null ? [] : [`USE ${identifier(database)};`, schemaSql.trim()]),
    "",
  ].join("\n");
}
