/**
 * What the stand-in for the AWS plugin and the emulator behind it lack for these stacks, evened out in a copy of it:
 * the stand-in itself stays as it is. With the official plugin nothing of this is used.
 */
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../../support/mockedStack.ts";

/** Terraform type → attributes that the emulator takes and does not tell again. */
const untold: Readonly<Record<string, readonly string[]>> = {
  aws_acm_certificate: ["key_algorithm"],
  aws_autoscaling_group: ["default_instance_warmup", "instance_maintenance_policy"],
  aws_lambda_function: ["logging_config"],
  aws_rds_cluster: [
    "monitoring_interval",
    "monitoring_role_arn",
    "performance_insights_enabled",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
  ],
  aws_vpc_security_group_egress_rule: ["description"],
  aws_vpc_security_group_ingress_rule: ["description"],
};

const keptModule = `"use strict";
const UNTOLD = ${JSON.stringify(untold)};
const { UNKNOWN } = require("./values");
// What was asked for stands in for what the emulator does not tell.
function keep(type, asked, state) {
  for (const name of UNTOLD[type] ?? []) {
    if (state && asked && asked[name] !== UNKNOWN && asked[name] !== undefined) state[name] = asked[name];
  }
  return state;
}
module.exports = { keep };
`;

/** A line of the stand-in and what takes its place. */
interface Fix {
  readonly file: string;
  readonly line: string;
  readonly instead: string;
}

const fixes: readonly Fix[] = [
  {
    // Pulumi's name of a property, which the rules for names do not find.
    file: "lib/names.js",
    line: "const OVERRIDES = {",
    instead: 'const OVERRIDES = {\n  aws_lambda_function: { function_name: "name" },',
  },
  {
    file: "lib/server.js",
    line: "    return { state, priv: res.private };",
    instead: '    return { state: require("./kept").keep(type, planned.state, state), priv: res.private };',
  },
  {
    file: "lib/server.js",
    line: "      const r = new pb.ReadResponse();\n      if (state === null) return r; // gone",
    instead:
      '      require("./kept").keep(type, prior.state, state);\n      const r = new pb.ReadResponse();\n      if (state === null) return r; // gone',
  },
  {
    file: "lib/values.js",
    line: "  if (a.path) return path.resolve(a.path);\n",
    instead: "",
  },
  {
    // The engine tells an asset's path once, and only its digest from then on: the file is named by the digest.
    file: "lib/values.js",
    line: '  fs.writeFileSync(f, a.text ?? "");',
    instead:
      '  if (a.hash && fs.existsSync(f)) return f;\n  if (a.path) fs.copyFileSync(path.resolve(a.path), f);\n  else fs.writeFileSync(f, a.text ?? "");',
  },
];

async function apply(folder: string, { file, line, instead }: Fix): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, "utf8");
  if (!text.includes(line)) {
    throw new Error(`${file} of the stand-in for the AWS plugin has changed: it has no longer\n${line}`);
  }
  await writeFile(
    path,
    text.replace(line, () => instead),
  );
}

/**
 * Makes the copy.
 * @param bin folder of the stand-in's program
 * @returns folder to put first on PATH
 */
export async function completedStandIn(bin: string): Promise<string> {
  const source = dirname(bin);
  const copy = join(root, ".cache/aws/plugin");
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  for (const part of ["bin", "lib", "package.json"]) {
    await cp(join(source, part), join(copy, part), { recursive: true });
  }
  await symlink(join(source, "node_modules"), join(copy, "node_modules"));
  await writeFile(join(copy, "lib/kept.js"), keptModule);
  for (const fix of fixes) await apply(copy, fix);
  return join(copy, "bin");
}
