import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { nearest } from "../../config/nearest.ts";
import { stackFileName } from "../../config/stackFile.ts";
import { textOf, writeWhole } from "../files.ts";
import { cacheFolder, projectRoot } from "../paths.ts";

/** The committed config file of a stack. */
export function stackFile(stack: string): string {
  return join(projectRoot, stackFileName(stack));
}

/** Cloud that a config file names, without reading the rest of it; undefined when it names none. */
export function cloudInText(text: string): string | undefined {
  return /^\s+["']?foobar:cloud["']?\s*:\s*["']?([a-z0-9]+)/m.exec(text)?.[1];
}

const siteSchema = z.object({
  config: z.object({ "foobar:site": z.object({ directory: z.string().min(1) }) }),
});

/** Directory of the website that a config file names, else the default's. What else is wrong there the program says. */
export function siteInText(text: string): string {
  try {
    return siteSchema.safeParse(parse(text)).data?.config["foobar:site"].directory ?? "site";
  } catch {
    return "site";
  }
}

const domainSchema = z.object({ config: z.object({ "foobar:domain": z.string().min(1) }) });

/** Domain that a config file names; undefined when it names none. What else is wrong there the program says. */
export function domainInText(text: string): string | undefined {
  try {
    return domainSchema.safeParse(parse(text)).data?.config["foobar:domain"];
  } catch {
    return undefined;
  }
}

/** Domain of a stack by its config file; undefined when there is no such file or it names none. */
export async function domainOf(stack: string): Promise<string | undefined> {
  return domainInText((await textOf(stackFile(stack))) ?? "");
}

/** Directory of a stack's website, from the project's folder. */
export async function siteOf(stack: string): Promise<string> {
  return siteInText((await textOf(stackFile(stack))) ?? "");
}

/** Cloud of a stack by its config file; undefined when there is no such file or it names none. */
export async function cloudOf(stack: string): Promise<string | undefined> {
  return cloudInText((await textOf(stackFile(stack))) ?? "");
}

/**
 * A stack's config file without the salt of a passphrase, which Pulumi writes into whichever file it reads and keeps in
 * the state as well. It belongs to the one clone that has the passphrase: committed, it would lock out all others.
 * Only values that are encrypted in the file itself need it there.
 */
export function withoutSalt(text: string): string {
  return /[\s{]["']?secure["']?\s*:/.test(text) ? text : text.replace(/^encryptionsalt:.*\n?/m, "");
}

/**
 * Makes the copy of a stack's config file that the npm scripts give to Pulumi with `--config-file`: Pulumi
 * writes the salt of the passphrase into the file it reads, and the committed one is to stay as it is.
 * @returns path of the copy; undefined when the stack has no config file
 */
export async function workingCopyOfStackFile(stack: string): Promise<string | undefined> {
  const text = await textOf(stackFile(stack));
  if (text === undefined) return undefined;
  const copy = join(cacheFolder, "config", stackFileName(stack));
  await writeWhole(copy, withoutSalt(text), 0o600);
  return copy;
}

/** What the user is told of a stack that has no config file. Pure. */
export function noStackFile(stack: string, known: readonly string[]): string {
  const near = nearest(stack, known);
  const meant = near === null ? "" : ` Did you mean ${near}?`;
  return `there is no stack ${stack}: no file ${stackFileName(stack)}; there are ${known.join(", ")}.${meant}`;
}

/** Names of the stacks that have a config file. */
export async function stackNames(): Promise<readonly string[]> {
  return (await readdir(projectRoot)).flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? []).sort();
}

/** Takes the salt out of the stack files that hold no encrypted values: plain `pulumi` puts it there. */
export async function takeSaltOut(): Promise<void> {
  for (const stack of await stackNames()) {
    const path = stackFile(stack);
    const text = (await textOf(path)) ?? "";
    if (withoutSalt(text) !== text)
      await writeWhole(path, withoutSalt(text), (await stat(path)).mode & 0o777);
  }
}
