/** Drills of a stack on AWS: the service's own calls, after a confirmation. */
import { Problem } from "../problem.ts";
import { attach, runOrFail } from "../run.ts";
import {
  type AwsStack,
  failOverDatabase,
  findInstance,
  refreshInstances,
  terminateInstance,
} from "./commands.ts";
import { awsStack, instanceIn, requireAwsCli } from "./stack.ts";

/** One drill. */
interface AwsDrill {
  /** What is done. */
  readonly what: string;
  /** Names the web server whose instance it needs; absent when it needs none. */
  readonly needsInstance?: true;
  /** The call. Pure. */
  readonly call: (stack: AwsStack, web: string, instance: string) => readonly string[];
}

/** Every drill, by its name. */
export const awsDrills: Readonly<Record<string, AwsDrill>> = {
  "kill-web": {
    what: "terminates the instance of one web server; its group starts another",
    needsInstance: true,
    call: (stack, _, instance) => terminateInstance(stack, instance),
  },
  "kill-writer": {
    what: "fails the database over to another node",
    call: (stack) => failOverDatabase(stack),
  },
  "refresh-web": {
    what: "replaces the instance of one web server, the new one healthy before the old one goes",
    call: (stack, web) => refreshInstances(stack, web),
  },
};

/**
 * Does a drill.
 * @param means asks whether it is meant
 * @returns exit code of the call; 1 when it was not meant
 * @throws Problem for a drill that there is none of
 */
export async function awsDrill(
  name: string,
  drillName: string,
  means: (what: string) => Promise<boolean>,
): Promise<number> {
  const drill = Object.hasOwn(awsDrills, drillName) ? awsDrills[drillName] : undefined;
  if (!drill) {
    const known = Object.keys(awsDrills).join(", ");
    throw new Problem(
      `there is no drill ${drillName} on AWS; there are ${known}. Restores and rotations are steps of docs/aws-operations.md`,
    );
  }
  await requireAwsCli();
  const stack = await awsStack(name);
  const web = stack.webs.at(-1) ?? "";
  const instance = drill.needsInstance ? instanceIn(await runOrFail(web, findInstance(stack, web)), web) : "";
  const argv = drill.call(stack, web, instance);
  process.stderr.write(`${argv.join(" ")}\n`);
  if (!(await means(`It ${drill.what} (stack ${name})`))) return 1;
  const code = await attach(argv);
  if (code === 0) process.stdout.write(`Watch it: npm run status -- --stack ${name}\n`);
  return code;
}
