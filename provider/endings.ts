/** Services that keep ending: whoever waits for one need not wait longer to know that it does not come. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runInHost } from "./enter.ts";
import { type HostHandle, hostFolder } from "./handles.ts";
import { type Finished, pause, type RunOptions } from "./system.ts";

/** Ends while it is watched after which a service is known to keep ending: its supervisor starts it once a second. */
const tooOften = 4;

/** Milliseconds between two looks. */
const lookEvery = 500;

/** The last lines of a log, as a message goes on; empty when it has none. */
export function lastLines(whose: string, log: string): string {
  const said = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-8).join("\n") : "";
  return said === "" ? "" : `\nThe last words of ${whose}:\n${said}`;
}

/** The last lines that a service said, likewise. */
export function lastWords(host: HostHandle, service: string): string {
  const log = join(hostFolder(host), "log", service, "current");
  return lastLines(`${host.name}/${service}`, log);
}

/** Counts lines of one name each. Pure. */
export function countLines(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of text.split("\n").filter((line) => line !== ""))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Runs a command where a supervisor looks at /run/scan: inside a host, or inside the sandbox for the hosts themselves. */
type Run = (argv: readonly string[], options: RunOptions) => Promise<Finished>;

/** How often each service has ended, by its supervisor's record of the last hundred. */
async function endings(run: Run): Promise<ReadonlyMap<string, number>> {
  const script = `cd /run/scan && for one in */; do
  s6-svdt "$one" 2>/dev/null | while read -r ending; do echo "\${one%/}"; done
done`;
  const { stdout } = await run(["sh", "-c", script], { accept: "any", timeout: 5000 });
  return countLines(stdout);
}

/** Watches the services of one supervisor from the first look on. */
export class EndingsWatch {
  readonly #run: Run;
  #first: ReadonlyMap<string, number> | null = null;
  #last = Date.now();

  constructor(run: Run) {
    this.#run = run;
  }

  static inHost(host: HostHandle): EndingsWatch {
    return new EndingsWatch((argv, options) => runInHost(host, argv, options));
  }

  /** Names of the services that keep ending. Asks seldom: most waits end before it asks at all. */
  async keepEnding(): Promise<readonly string[]> {
    if (Date.now() - this.#last < lookEvery) return [];
    const counts = await endings(this.#run);
    this.#last = Date.now();
    this.#first ??= counts;
    const first = this.#first;
    return [...counts].flatMap(([name, count]) => (count - (first.get(name) ?? 0) >= tooOften ? [name] : []));
  }

  /** @throws Error when the service keeps ending */
  async requireLasting(service: string): Promise<void> {
    if ((await this.keepEnding()).includes(service)) throw new Error(`${service} keeps ending`);
  }
}

/** What the services of these hosts that keep ending said last; empty when none does. Takes some seconds. */
export async function wordsOfEnding(hosts: readonly HostHandle[]): Promise<string> {
  const watches = hosts.map((host) => ({ host, watch: EndingsWatch.inHost(host) }));
  const found = new Map<string, string>();
  // A supervisor starts a service again after one second.
  for (let look = 0; look <= 3 * tooOften; look += 1) {
    await pause(lookEvery);
    const names = await Promise.all(watches.map(({ watch }) => watch.keepEnding()));
    for (const [index, { host }] of watches.entries())
      for (const name of names[index] ?? []) found.set(`${host.name}/${name}`, lastWords(host, name));
  }
  return [...found.values()].join("");
}
