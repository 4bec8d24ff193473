import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { programFile } from "../../../hosts/layout.ts";
import { renderDatabaseGuard, reserveMiB, roomMiB } from "../../../hosts/mariadb/guard.ts";
import { Workplace } from "./support/workplace.ts";

const place = new Workplace();
after(() => place.close());

/** A look: MiB that are free, and what the server says of itself; null for one that does not answer. */
interface Look {
  readonly free: number;
  readonly state: string | null;
}

/** Runs the program over looks, one a round, with stand-ins for everything it calls. @returns what it did */
function guard(looks: readonly Look[]): readonly string[] {
  place.folders("bin", "data/mariadb/data");
  const [path, text] = renderDatabaseGuard({ layout: place.layout, scanDirectory: `${place.root}/scan` });
  const did = place.text("did", "");
  place.text("free", looks.map(({ free }) => free).join("\n"));
  place.text("state", looks.map(({ state }) => state ?? "down").join("\n"));
  place.text("round", "1");
  const line = (file: string) => `sed -n "$(cat ${place.root}/round)p" ${place.root}/${file}`;
  const programs = {
    stat: `echo "$(( $(${line("free")}) * 256 )) 4096"`,
    mariadb: `state=$(${line("state")}); [ "$state" != down ] || exit 1
case "$*" in *read_only=*) echo "\${*##*SET GLOBAL }" >>${did} ;; *) echo "wsrep_local_state_comment $state" ;; esac`,
    "s6-svc": `echo "s6-svc $*" >>${did}`,
    sleep: `round=$(cat ${place.root}/round); [ "$round" -lt ${looks.length} ] || kill $PPID; echo $((round + 1)) >${place.root}/round`,
  };
  for (const [name, script] of Object.entries(programs))
    place.put({ [`${place.root}/bin/${name}`]: programFile(`#!/bin/sh\n${script}\n`) });
  place.put({ [path]: programFile(text) });
  const { text: said } = place.run(["env", `PATH=${place.root}/bin:/usr/bin:/bin`, "sh", path]);
  return [...readFileSync(did, "utf8").trim().split("\n"), ...(said === "" ? [] : said.trim().split("\n"))];
}

const rounds = (count: number, free: number, state: string | null = "Synced"): readonly Look[] =>
  Array.from({ length: count }, () => ({ free, state }));

describe("the guard of a database node", () => {
  it("changes nothing while there is room", () => {
    assert.deepEqual(guard(rounds(12, 5000)), ["read_only=OFF"]);
  });

  it("makes a node read-only before its disk is full, tells a restarted one again, and ends it with room", () => {
    assert.deepEqual(guard([...rounds(1, 500), ...rounds(2, reserveMiB - 1), ...rounds(1, roomMiB)]), [
      "read_only=OFF",
      "read_only=ON",
      "read_only=ON",
      "read_only=OFF",
      `${reserveMiB - 1} MiB are free: read_only is ON`,
      `${roomMiB} MiB are free: read_only is OFF`,
    ]);
  });

  it("does not change its mind between the two limits", () => {
    const between = Math.floor((reserveMiB + roomMiB) / 2);
    assert.deepEqual(guard([...rounds(1, 500), ...rounds(3, between)]), ["read_only=OFF"]);
    const [, ...after] = guard([...rounds(1, 500), ...rounds(1, 0), ...rounds(1, between)]);
    assert.deepEqual(after, ["read_only=ON", "read_only=ON", "0 MiB are free: read_only is ON"]);
  });

  it("tries again with a server that does not answer", () => {
    assert.deepEqual(guard([...rounds(2, 0, null), ...rounds(1, 0)]), [
      "read_only=ON",
      "0 MiB are free: read_only is ON",
    ]);
  });

  it("starts a node again that left the cluster, once a minute, and not while there is no room", () => {
    const restart = `s6-svc -r ${place.root}/scan/mariadb`;
    const restarts = (looks: readonly Look[]) => guard(looks).filter((line) => line === restart).length;
    assert.equal(restarts(rounds(29, 5000, "Inconsistent")), 1);
    assert.equal(restarts(rounds(12, 0, "Inconsistent")), 0);
    assert.equal(restarts(rounds(12, 5000, "Joining: receiving State Transfer")), 0);
  });
});
