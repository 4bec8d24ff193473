/** SQL that makes database, accounts and tables so. Safe to repeat. Pure. */

/**
 * @typedef {object} Account
 * @property {string} user
 * @property {string} password secret
 * @property {readonly string[]} grants what it may do, each as `SELECT ON name.*`
 */

/**
 * A string in SQL.
 * @param {string} text
 */
const literal = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/**
 * An account from anywhere inside the network: who may connect at all is the firewall's affair.
 * @param {string} user
 */
const from = (user) => `${literal(user)}@'%'`;

/**
 * The database, in the character set of its tables.
 * @param {string} name
 */
export function databaseStatement(name) {
  return `CREATE DATABASE IF NOT EXISTS \`${name.replaceAll("`", "``")}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;
}

/**
 * Makes an account with these privileges. Takes none away: servers use it meanwhile.
 * @param {Account} account
 * @returns {string[]} secrets, since the password is in them
 */
export function accountStatements({ user, password, grants }) {
  const account = from(user);
  return [
    `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${literal(password)} REQUIRE SSL`,
    ...grants.map((grant) => `GRANT ${grant} TO ${account}`),
  ];
}

/**
 * Changes a password while servers still use the old one: both work until the next change.
 * @param {Pick<Account, "user" | "password">} account
 * @returns {string} a secret
 */
export function passwordStatement({ user, password }) {
  return `ALTER USER ${from(user)} IDENTIFIED BY ${literal(password)} RETAIN CURRENT PASSWORD`;
}

/**
 * What is wrong with schema.sql, by its own line where the database tells what it read there.
 * @param {string} sql
 * @param {number} seconds that it may take
 * @param {unknown} error the driver's
 */
export function schemaProblem(sql, seconds, error) {
  if (error instanceof Error && "code" in error && error.code === "PROTOCOL_SEQUENCE_TIMEOUT")
    return `schema.sql has not ended within ${seconds} s; what the database has begun goes on. Deploy again when it has ended, or with a larger foobar:database.schemaSeconds`;
  const message = error instanceof Error ? error.message : String(error);
  const [, near = ""] = /near '([\s\S]+)' at line \d+$/.exec(message) ?? [];
  const at = near === "" ? -1 : sql.indexOf(near);
  if (at < 0) return `schema.sql: ${message}`;
  return `schema.sql, line ${sql.slice(0, at).split("\n").length}: ${message.replace(/ at line \d+$/, "")}`;
}
