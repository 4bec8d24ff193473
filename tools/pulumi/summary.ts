import { shellQuote } from "../setup/standIn.ts";
import type { Outputs } from "./outputs.ts";

/** A word as it is where a shell takes it so, else quoted. */
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : shellQuote(text));

function table(rows: Readonly<Record<string, string>>): readonly string[] {
  const width = Math.max(0, ...Object.keys(rows).map((name) => name.length));
  return Object.entries(rows).map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

/**
 * The curl line that gets the site of a stack on this machine: it trusts the stack's own authority and looks
 * for the domain on the loopback address.
 */
export function curlLine(endpoint: string, caFile: string): string {
  const { hostname, port, protocol } = new URL(endpoint);
  const number = port || (protocol === "https:" ? "443" : "80");
  const resolve = hostname === "localhost" || /^[\d.]+$|^\[/.test(hostname);
  const at = resolve ? [] : ["--resolve", `${hostname}:${number}:127.0.0.1`];
  return ["curl", "--cacert", word(caFile), ...at, word(endpoint)].join(" ");
}

/**
 * What `npm run down` prints at its end: what `up` asked for by hand stays where only that hand can take it back.
 * @param domain of the stack; undefined where nothing tells any more
 */
export function leftBehind(domain: string | undefined): string {
  const ofStack = domain === undefined ? "of the stack" : `of ${domain}`;
  return [
    "To take back, where you did it",
    `  the trust in the authority ${ofStack} ("${domain ?? "..."} private CA"): remove it in the browser's certificate settings`,
    `  the line \`127.0.0.1 ${domain ?? "..."}\` in /etc/hosts`,
    "",
  ].join("\n");
}

/**
 * What `npm run up` prints at its end.
 * @param stack name of the stack
 * @param outputs of the stack
 * @param caFile where the certificate of the stack's own authority was written; undefined for clouds whose
 *   certificates every browser trusts
 */
export function summary(stack: string, outputs: Outputs, caFile: string | undefined): string {
  const { endpoint, dashboards = {}, servers = {} } = outputs;
  const lines: string[] = [];
  const section = (title: string, content: readonly string[]): void => {
    if (content.length > 0) lines.push(title, ...content, "");
  };
  if (endpoint !== undefined) {
    section(`Stack ${stack} serves`, [
      `  ${endpoint}`,
      `  ${caFile === undefined ? `curl ${word(endpoint)}` : curlLine(endpoint, caFile)}`,
    ]);
  }
  section("Dashboards", table(dashboards));
  section("Servers", table(servers));
  if (caFile !== undefined) {
    const domain = endpoint === undefined ? "the domain" : new URL(endpoint).hostname;
    section("To open it in a browser", [
      `  trust ${word(caFile)}: import it as an authority in the browser's certificate settings`,
      `  and let ${domain} point here: add \`127.0.0.1 ${domain}\` to /etc/hosts`,
    ]);
  }
  section("Everything else", [`  eval "$(npm run -s env)" && pulumi stack output --stack ${stack}`]);
  return lines.join("\n");
}
