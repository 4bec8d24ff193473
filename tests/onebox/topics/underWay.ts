/** Downloads, event streams and WebSockets that are under way when the stack changes. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../provider/system.ts";
import { projectRoot } from "../../../tools/paths.ts";
import type { Config, TestStack } from "../support/stack.ts";
import {
  beginDownload,
  type Counting,
  type Download,
  digestOf,
  openEvents,
  openSocket,
} from "../support/underWay.ts";

/** More than all buffers on the way hold, so that the web server is not done with it long before the visitor is. */
const largeBytes = 96 * 1024 * 1024;

/** Shortest that can be set, seconds. */
const finishSeconds = 10;

/** Milliseconds between two words of the second site's streams. */
const pace = 100;

/** What a visitor has begun. */
interface Begun {
  readonly streams: readonly Counting[];
  readonly downloads: readonly Download[];
}

/** Declares the tests. */
export function underWay(
  stack: () => TestStack,
  { balancers, webs }: { readonly balancers: readonly string[]; readonly webs: readonly string[] },
  limits: Config,
): void {
  describe("a change with something under way", () => {
    const folder = mkdtempSync(join(tmpdir(), "foobar-site-"));
    const large = randomBytes(largeBytes);
    const digest = digestOf(large);
    const open: Counting[] = [];
    const change = async (more: Config, site = folder) => {
      stack().configure({ site: { directory: site }, limits: { ...limits, drainSeconds: 5, ...more } });
      await stack().up();
    };

    /** One of each kind for each web server. */
    async function begin(): Promise<Begun> {
      const each = <T>(make: () => Promise<T>) => Promise.all(webs.map(() => make()));
      const streams = [
        ...(await each(() => openEvents(stack().site))),
        ...(await each(() => openSocket(stack().site))),
      ];
      open.push(...streams);
      const downloads = await each(() => beginDownload(stack().site, "/large.bin"));
      await Promise.all(streams.map((stream) => stream.more(3)));
      return { streams, downloads };
    }

    /** Every web server as each balancer sees it. */
    async function states(): Promise<readonly string[]> {
      const rows = await Promise.all(
        balancers.map(async (balancer) => {
          const ask = "echo 'show stat' | socat - UNIX-CONNECT:/run/host/run/balancer/admin.sock";
          const { stdout } = await stack().inHost(balancer, ask);
          return stdout
            .split("\n")
            .map((row) => row.split(","))
            .filter(([, server = ""]) => webs.includes(server))
            .map(([backend, server, ...more]) => `${balancer}: ${backend}/${server} ${more[15]}`);
        }),
      );
      return rows.flat();
    }

    before(async () => {
      cpSync(join(projectRoot, "tests/fixtures/second-site"), folder, { recursive: true });
      writeFileSync(join(folder, "public/large.bin"), large);
      await change({});
    });

    it("of limits reloads balancers and web servers, and all of it goes on", async () => {
      const { streams, downloads } = await begin();
      await change({ requestsPer10s: 900_000, bodyKiB: 600, finishSeconds });
      // For longer than the new limit: what was begun before keeps the former one.
      await Promise.all(streams.map((stream) => stream.more((1.5 * finishSeconds * 1000) / pace)));
      for (const stream of streams)
        assert.deepEqual(
          stream.heard(),
          stream.heard().map((_, index) => String(index + 1)),
        );
      for (const download of downloads) assert.deepEqual(await download.finish(), { digest, whole: true });
      for (const stream of streams) stream.close();
    });

    it("goes on for the time that it may take, and ends then", async () => {
      const { streams, downloads } = await begin();
      await change({ requestsPer10s: 800_000, bodyKiB: 700, finishSeconds });
      await until("the end of what was under way", 90_000, () => {
        const left = streams.filter((stream) => stream.isOpen()).length;
        return left === 0 ? null : `${left} of ${streams.length} go on`;
      });
      for (const download of downloads) assert.equal((await download.finish()).whole, false);
    });

    it("of the site takes each web server out for no longer than it may take, and leaves none out", async () => {
      const { streams } = await begin();
      await change({}, "site");
      await until("the end of what was under way", 90_000, () => {
        const left = streams.filter((stream) => stream.isOpen()).length;
        return left === 0 ? null : `${left} of ${streams.length} go on`;
      });
      const seen = await states();
      assert.equal(seen.length, 2 * balancers.length * webs.length, seen.join("\n"));
      for (const state of seen) assert.match(state, / UP$/);
    });

    after(() => {
      for (const stream of open) stream.close();
      stack().configure({ site: { directory: "site" } });
      rmSync(folder, { recursive: true, force: true });
    });
  });
}
