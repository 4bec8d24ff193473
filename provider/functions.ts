/** The provider's functions: what the program may ask before it decides. */
import { z } from "zod";
import { standingIn } from "./standing.ts";
import type { standingHosts } from "./standingHost.ts";
import { messageOf } from "./system.ts";

const question = z.object({ directory: z.string().min(1) });

/** Answers a function by its token. */
export async function invoke(token: string, args: unknown) {
  if (token !== "onebox:index:standingHosts") throw new Error(`this provider has no function ${token}`);
  const { directory } = question.parse(args);
  const answer: z.input<typeof standingHosts> = await standingIn(directory).then(
    (hosts) => ({ hosts: [...hosts], problem: null }),
    (error: unknown) => ({ hosts: [], problem: messageOf(error) }),
  );
  return { outputs: answer };
}
