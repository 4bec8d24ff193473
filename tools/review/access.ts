import { homedir } from "node:os";
import { join } from "node:path";
import { exists } from "../files.ts";

/** Variables any of which names credentials of AWS. */
const variables = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

/**
 * Whether this machine has a way to log in to AWS.
 * @param home home folder of the user
 */
export async function hasAwsAccess(env: NodeJS.ProcessEnv, home: string = homedir()): Promise<boolean> {
  return variables.some((name) => Boolean(env[name])) || (await exists(join(home, ".aws", "credentials")));
}
