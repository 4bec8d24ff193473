/** The provider's functions: what the program may ask before it decides. */
import { z } from "zod";
import { standingIn } from "./standing.ts";
import type { standingHosts } from "./standingHost.ts";

const question = z.object({ directory: z.string().min(1) });

/** Answers a function by its token. */
export async function invoke(token: string, args: unknown) {
  if (token !== "onebox:index:standingHosts") throw new Error(`this provider has no function ${token}`);
  const answer: z.input<typeof standingHosts> = {
    hosts: [...(await standingIn(question.parse(args).directory))],
  };
  return { outputs: answer };
}
