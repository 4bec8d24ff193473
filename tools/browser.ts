/** The packaged Chromium, trusting one authority and finding one name on this machine. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { packagedCommand } from "./packages/command.ts";
import { runOrFail } from "./run.ts";
import { shellQuote } from "./setup/standIn.ts";

/** What the browser is to know of a stack. */
export interface BrowserStack {
  /** PEM of the stack's authority, the only one beside the browser's own that it trusts. */
  readonly ca: string;
  /** Name that leads to this machine's loopback. */
  readonly domain: string;
}

/** A browser and its end. */
export interface OpenBrowser {
  readonly browser: Browser;
  /** Ends it and removes its folder. */
  readonly close: () => Promise<void>;
}

/** Puts an authority into the store that Chromium reads on Linux, below a home folder of its own. */
async function trust(home: string, ca: string): Promise<void> {
  const store = join(home, ".pki", "nssdb");
  const file = join(home, "ca.pem");
  await mkdir(store, { recursive: true });
  await writeFile(file, ca);
  const certutil = (...args: readonly string[]) =>
    runOrFail("the browser's authorities", packagedCommand(["certutil", "-d", `sql:${store}`, ...args]));
  await certutil("-N", "--empty-password");
  await certutil("-A", "-n", "stack", "-t", "C,,", "-i", file);
}

/**
 * Starts Chromium without a window. It runs from the unpacked packages, in a home folder of its own, asks no name
 * server for the stack's domain, and calls nobody by itself.
 * @throws Problem when the authority cannot be stored
 */
export async function openBrowser({ ca, domain }: BrowserStack): Promise<OpenBrowser> {
  const home = await mkdtemp(join(tmpdir(), "foobar-browser-"));
  const remove = () => rm(home, { recursive: true, force: true });
  try {
    await trust(home, ca);
    // One file to start, since the program is found only inside the packages' mount namespace.
    const starter = join(home, "chromium");
    const command = packagedCommand(["chromium"]).map(shellQuote).join(" ");
    await writeFile(starter, `#!/bin/sh\nexec ${command} "$@"\n`);
    await chmod(starter, 0o700);
    const browser = await chromium.launch({
      executablePath: starter,
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
      args: [`--host-resolver-rules=MAP ${domain} 127.0.0.1`, "--disable-gpu"],
    });
    const close = async () => {
      await browser.close();
      await remove();
    };
    return { browser, close };
  } catch (error) {
    await remove();
    throw error;
  }
}
