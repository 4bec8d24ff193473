import { type Command, serve } from "./command.ts";
import { setUp } from "./setup/setUp.ts";

const command: Command = {
  name: "setup",
  summary: "Gets what the project needs on this machine (CLI, plugins, OS packages); starts nothing.",
  options: {
    "secrets-provider":
      "key that encrypts the secrets of a new stack, such as 'awskms://alias/foobar-state-staging?region=eu-west-1' (default: a passphrase)",
  },
  main: async ({ stack, values }) => {
    await setUp({ stack, secretsProvider: values["secrets-provider"] });
    process.stderr.write("Set-up is complete.\n");
    return 0;
  },
};

await serve(command);
