/** The two packets by which a HAProxy check asks a MariaDB node for its state, without an agent. Pure. */

/** Account without password and without any privilege, reachable over the server's own Unix socket only. */
export const checkUser = "haproxy";

/** What the node's answer holds when it may be used. */
export const usable = "node-usable";

/** CLIENT_LONG_PASSWORD | CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH */
const capabilities = 0x0000_0001 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000;
const largestPacket = 1 << 24;
/** utf8mb4_general_ci */
const collation = 45;
const comQuit = 1;
const comQuery = 3;

/** A packet: three bytes of length, its number in the exchange, its body. */
function packet(number: number, body: Buffer): string {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head.writeUInt8(number, 3);
  return Buffer.concat([head, body]).toString("hex");
}

/** Hexadecimal text of the answer to the server's greeting: the user, an empty password. */
export function loginPacket(): string {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities, 0);
  head.writeUInt32LE(largestPacket, 4);
  head.writeUInt8(collation, 8);
  return packet(1, Buffer.concat([head, Buffer.from(`${checkUser}\0\0mysql_native_password\0`)]));
}

/**
 * Hexadecimal text of the question. Usable: ready, in the primary component, synced (4) or a donor (2), which goes on
 * serving while mariadb-backup reads it, and not read-only, which its guard makes it when the disk is all but full.
 */
export function stateQueryPacket(): string {
  const conditions = [
    "(VARIABLE_NAME='WSREP_READY' AND VARIABLE_VALUE='ON')",
    "(VARIABLE_NAME='WSREP_CLUSTER_STATUS' AND VARIABLE_VALUE='Primary')",
    "(VARIABLE_NAME='WSREP_LOCAL_STATE' AND VARIABLE_VALUE IN ('2','4'))",
  ];
  const met = `(SELECT COUNT(*) FROM information_schema.GLOBAL_STATUS WHERE ${conditions.join(" OR ")})`;
  const query = `SELECT CONCAT('node-',IF(${met}=${conditions.length} AND @@GLOBAL.read_only=0,'usable','refused')) AS state`;
  return packet(0, Buffer.concat([Buffer.from([comQuery]), Buffer.from(query)]));
}

/** Hexadecimal text of a good-bye, without which the server would log each check as a broken connection. */
export function quitPacket(): string {
  return packet(0, Buffer.from([comQuit]));
}
