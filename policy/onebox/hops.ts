/** Hops: what one host sends to another is encrypted, and the other end is who it says. Reads daemons' own files. */
import { z } from "zod";
import { resourceRule } from "../rule.ts";

/** Addresses that lead to another host: neither loopback nor a socket. */
const elsewhere = /^(?!127\.)\d+\.\d+\.\d+\.\d+(?::\d+)?$/;

/** Sections of an HAProxy file: its first line, then the indented ones. */
function sectionsOf(text: string): readonly (readonly string[])[] {
  return text.split(/\n(?=\S)/).map((section) => section.split("\n").map((line) => line.trim()));
}

function haproxyProblems(text: string): readonly string[] {
  const sections = sectionsOf(text);
  const modeOf = (section: readonly string[]) => section.find((line) => line.startsWith("mode "))?.slice(5);
  const defaultMode = sections
    .filter(([title]) => title?.startsWith("defaults"))
    .map(modeOf)
    .at(-1);
  const hops = sections.flatMap((section) => {
    const [title = ""] = section;
    const defaults = section.filter((line) => line.startsWith("default-server ")).join(" ");
    const isPeers = title.startsWith("peers ");
    // A backend in TCP mode passes on what its two ends have encrypted between themselves.
    const passesOn = !isPeers && (modeOf(section) ?? defaultMode ?? "tcp") === "tcp";
    return section.flatMap((line) => {
      const [keyword, name = "", address = ""] = line.split(/\s+/);
      if (keyword !== "server" || !elsewhere.test(address)) return [];
      const settings = `${defaults} ${line} `;
      if (!/\sssl\s/.test(settings)) return passesOn ? [] : [`reaches ${name} (${title}) in plain text`];
      return /\sverify required\s/.test(settings) && /\sverifyhost\s/.test(settings)
        ? []
        : [`reaches ${name} (${title}) without verifying who it is`];
    });
  });
  return [
    ...hops,
    ...(/\b(?:ssl-server-)?verify none\b/.test(text) ? ["turns verification off by `verify none`"] : []),
  ];
}

function nginxProblems(text: string): readonly string[] {
  return text.split(/(?=\blocation\s)/).flatMap((block) => {
    const target = block.match(/proxy_pass (https?):\/\/([^;/]+)/);
    if (target === null) return [];
    const [, scheme, address = ""] = target;
    if (scheme === "https") {
      return /proxy_ssl_verify on;/.test(block) && /proxy_ssl_name \S+;/.test(block)
        ? []
        : [`reaches ${address} without verifying who it is`];
    }
    return elsewhere.test(address) ? [`reaches ${address} in plain text`] : [];
  });
}

function prometheusProblems(text: string): readonly string[] {
  return [
    ...(/insecure_skip_verify"?:\s*true/.test(text) ? ["collects without verifying whom it asks"] : []),
    ...(/"?scheme"?:\s*"?https/.test(text) ? [] : ["collects in plain text"]),
  ];
}

function mariadbProblems(text: string): readonly string[] {
  const isSet = (pattern: RegExp) => pattern.test(text);
  return [
    ...(isSet(/^require_secure_transport\s*=\s*(?:ON|1)$/m) ? [] : ["takes plain connections"]),
    ...(isSet(/^ssl-ca\s*=/m) ? [] : ["knows no authority to verify by"]),
    ...(isSet(/^wsrep_on\s*=\s*ON$/m) && !isSet(/gmcast\.listen_addr=ssl:\/\/.*socket\.ssl_ca=/)
      ? ["replicates in plain text"]
      : []),
  ];
}

/** Daemons by what their files begin with, whatever the files are called. */
const daemons = [
  { file: /^global$/m, problems: haproxyProblems },
  { file: /^http \{$/m, problems: nginxProblems },
  { file: /"?scrape_configs"?:/, problems: prometheusProblems },
  { file: /^\[(?:mysqld|mariadbd|server)\]$/m, problems: mariadbProblems },
] as const;

export const verifiedHops = () =>
  resourceRule({
    name: "verified-hops",
    description: "Every hop between hosts is encrypted and its other end verified.",
    remedy: "Reach it over TLS, with an authority and a name to verify",
    types: ["onebox:index:FileTree"],
    reads: z.object({ files: z.record(z.string(), z.object({ content: z.string() })) }),
    problems: ({ files }) =>
      Object.entries(files).flatMap(([path, { content }]) =>
        daemons
          .filter(({ file }) => file.test(content))
          .flatMap(({ problems }) => problems(content).map((problem) => `(${path}) ${problem}`)),
      ),
  });
