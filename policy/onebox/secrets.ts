/** Secrets on hosts: in files of their owner alone, and nowhere else. */
import { z } from "zod";
import { secretsIn, secretsInEnvironment } from "../plainSecrets.ts";
import { listOf, mapOf } from "../properties.ts";
import { resourceRule } from "../rule.ts";

const ownersOnly = ["0400", "0600"];

export const keyFilesClosed = () =>
  resourceRule({
    name: "key-files-closed",
    description: "Files with keys and passwords are readable by their owner alone.",
    remedy: "Give it the mode 0600",
    types: ["onebox:index:FileTree"],
    reads: z.object({ files: z.record(z.string(), z.object({ content: z.string(), mode: z.string() })) }),
    problems: ({ files }) =>
      Object.entries(files).flatMap(([path, { content, mode }]) =>
        ownersOnly.includes(mode)
          ? []
          : secretsIn(content).map((what) => `has ${what} in ${path}, which has the mode ${mode}`),
      ),
  });

export const noSecretsInServices = () =>
  resourceRule({
    name: "no-plain-secrets-in-services",
    description: "Arguments and environment of services, which the process table shows, hold no secret.",
    remedy: "Put it into a file with the mode 0600 and name the file",
    types: ["onebox:index:Service"],
    reads: z.object({ command: listOf(z.string()), environment: mapOf(z.string()) }),
    problems: ({ command, environment }) => [
      ...secretsIn(command.join(" ")).map((what) => `has ${what} among its arguments`),
      ...secretsInEnvironment(environment).map(({ name, what }) => `has ${what} in its variable ${name}`),
    ],
  });
