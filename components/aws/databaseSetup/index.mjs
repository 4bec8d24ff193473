/**
 * The function that a deployment runs inside the network: makes database, accounts and tables. Plain JavaScript,
 * because the function's Node does not run TypeScript; its SDK is that of the function's environment.
 */
import { readFileSync } from "node:fs";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import mysql from "mysql2/promise";
import { accountStatements, databaseStatement, passwordStatement, schemaProblem } from "./statements.mjs";

/**
 * @typedef {object} Request what the deployment asks for
 * @property {string} host
 * @property {number} port
 * @property {string} database
 * @property {string} masterSecret ARN of a secret with `username` and `password`
 * @property {readonly {secret: string, grants: readonly string[]}[]} accounts
 * @property {string | null} schemaSql
 * @property {number} schemaSeconds how long schema.sql may take in all
 */

/** Milliseconds for TCP, TLS and login; a cluster that was just made may take its time. */
const connectTimeout = 10_000;

const secrets = new SecretsManagerClient({});
const ca = readFileSync(new URL("./database-ca.pem", import.meta.url), "utf8");

/**
 * @param {string} id
 * @returns {Promise<{user: string, password: string}>}
 */
async function credentials(id) {
  const { SecretString: text = "{}" } = await secrets.send(new GetSecretValueCommand({ SecretId: id }));
  const { username, password } = JSON.parse(text);
  return { user: String(username), password: String(password) };
}

/**
 * @param {Request} request
 * @param {{user: string, password: string}} login
 */
function connect({ host, port }, login) {
  const ssl = { ca, rejectUnauthorized: true, verifyIdentity: true, minVersion: "TLSv1.2" };
  return mysql.createConnection({ host, port, ...login, ssl, connectTimeout, multipleStatements: true });
}

/**
 * Whether an account can log in with its present password.
 * @param {Request} request
 * @param {{user: string, password: string}} login
 */
async function works(request, login) {
  try {
    const connection = await connect(request, login);
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {mysql.Connection} connection
 * @param {string} sql
 * @param {number} seconds
 */
async function applySchema(connection, sql, seconds) {
  try {
    await connection.query({ sql, timeout: seconds * 1000 });
  } catch (error) {
    throw new Error(schemaProblem(sql, seconds, error));
  }
}

/** @param {Request} request */
export async function handler(request) {
  const master = await connect(request, await credentials(request.masterSecret));
  try {
    await master.query(databaseStatement(request.database));
    for (const { secret, grants } of request.accounts) {
      const login = await credentials(secret);
      for (const statement of accountStatements({ ...login, grants })) await master.query(statement);
      if (!(await works(request, login))) await master.query(passwordStatement(login));
    }
    if (request.schemaSql !== null) {
      await master.changeUser({ database: request.database });
      await applySchema(master, request.schemaSql, request.schemaSeconds);
    }
    return { accounts: request.accounts.length };
  } finally {
    await master.end();
  }
}
