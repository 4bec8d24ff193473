import assert from "node:assert/strict";
import { type Failure, failureOf } from "../../../site/app/database/failures.ts";
import { driverError } from "./fakes.ts";

const cases: readonly [string, Failure, Error][] = [
  ["a used token", "duplicate", driverError({ errno: 1062 })],
  ["a deadlock", "busy", driverError({ errno: 1213 })],
  ["a record that changed since it was read", "busy", driverError({ errno: 1020 })],
  ["a lock wait", "busy", driverError({ errno: 1205 })],
  ["a Galera node that is not ready", "lost", driverError({ errno: 1047 })],
  ["a read-only server", "lost", driverError({ errno: 1290 })],
  ["a demoted writer", "lost", driverError({ errno: 1836 })],
  ["a read-only transaction", "lost", driverError({ errno: 1792 })],
  ["a connection that broke", "lost", driverError({ code: "PROTOCOL_CONNECTION_LOST" })],
  ["a refused connection", "lost", driverError({ code: "ECONNREFUSED" })],
  [
    "a line that broke within the TLS handshake",
    "lost",
    driverError({ code: "HANDSHAKE_SSL_ERROR", message: "read ECONNRESET" }),
  ],
  [
    "a certificate of another host",
    "refused",
    driverError({
      code: "HANDSHAKE_SSL_ERROR",
      message: "Hostname/IP does not match certificate's altnames",
    }),
  ],
  ["a wrong password", "refused", driverError({ errno: 1045 })],
  ["too many waiting", "overloaded", driverError({ message: "Queue limit reached." })],
  ["a wrong statement", "other", driverError({ errno: 1064 })],
];

describe("failures of the database", () => {
  for (const [name, failure, error] of cases) {
    it(`takes ${name} for "${failure}"`, () => assert.equal(failureOf(error), failure));
  }
});
