import assert from "node:assert/strict";
import fc from "fast-check";
import {
  groupFile,
  hostsFile,
  passwdFile,
  serviceUsers,
  userId,
  userName,
} from "../../../provider/processes.ts";

/** The numbers that a host may have (kinds/host.ts). */
const number = fc.integer({ min: 1, max: 65_534 });
const user = fc.constantFrom(...serviceUsers);

describe("user ids", () => {
  it("are never shared by two users, on one host or on two", () => {
    fc.assert(
      fc.property(number, user, number, user, (one, a, other, b) => {
        assert.equal(userId(one, a, false) === userId(other, b, false), one === other && a === b);
      }),
      { examples: [[1, "site", 2, "agent"]] },
    );
    const all = [1, 2, 3].flatMap((host) => serviceUsers.map((name) => userId(host, name, false)));
    assert.equal(new Set(all).size, all.length);
  });

  it("stay within what the kernel takes, above the machine's own users", () => {
    fc.assert(
      fc.property(number, user, (host, name) => {
        const id = userId(host, name, false);
        assert.ok(id > 1_000_000_000 && id < 2 ** 31);
      }),
    );
  });

  it("are 0 for root, and for all without root", () => {
    assert.equal(userId(7, "root", false), 0);
    for (const name of serviceUsers) assert.equal(userId(7, name, true), 0);
  });

  it("are refused for a user that is none, by name", () => {
    assert.throws(() => userId(7, "apache", false), /no service user apache; known: root, site, nginx/);
    assert.equal(userName.safeParse("apache").success, false);
    for (const name of ["root", ...serviceUsers]) assert.equal(userName.safeParse(name).success, true);
  });
});

describe("a host's own /etc", () => {
  it("names the ids that its services run as, each once", () => {
    fc.assert(
      fc.property(number, (host) => {
        const rows = passwdFile(host, false)
          .trim()
          .split("\n")
          .map((line) => line.split(":"));
        for (const name of serviceUsers)
          assert.deepEqual(
            rows.filter((row) => row[0] === name).map((row) => [row.length, row[2], row[3]]),
            [[7, String(userId(host, name, false)), String(userId(host, name, false))]],
          );
        const groups = groupFile(host, false)
          .trim()
          .split("\n")
          .map((line) => line.split(":"));
        for (const name of serviceUsers)
          assert.deepEqual(
            groups.filter((row) => row[0] === name).map((row) => [row.length, row[2]]),
            [[4, String(userId(host, name, false))]],
          );
      }),
      { numRuns: 20 },
    );
  });

  it("knows no service user without root", () => {
    for (const name of serviceUsers) {
      assert.doesNotMatch(passwdFile(1, true), new RegExp(`^${name}:`, "m"));
      assert.doesNotMatch(groupFile(1, true), new RegExp(`^${name}:`, "m"));
    }
  });

  it("leads names to addresses, its own name to a loopback name only", () => {
    assert.equal(
      hostsFile("web-1", { "web-1": "10.77.32.10", database: "127.0.0.1" }),
      "127.0.0.1 localhost\n127.0.1.1 web-1.local\n10.77.32.10 web-1\n127.0.0.1 database\n",
    );
  });
});
