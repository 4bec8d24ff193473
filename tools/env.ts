import { delimiter } from "node:path";
import { type Command, serve } from "./command.ts";
import { launcherFolder } from "./paths.ts";
import { chooseBackend, pulumiVariables } from "./pulumi/environment.ts";
import { cloudOf } from "./pulumi/stackFile.ts";
import { setUp } from "./setup/setUp.ts";
import { shellQuote } from "./setup/standIn.ts";

const command: Command = {
  name: "env",
  summary: 'Prints shell lines after which plain `pulumi` works here: eval "$(npm run -s env)"',
  main: async ({ stack }) => {
    const { cli } = await setUp({ stack });
    const backend = await chooseBackend(process.env);
    const variables = pulumiVariables(cli, backend, await cloudOf(stack), process.env);
    const PATH = [launcherFolder, variables.PATH].join(delimiter);
    for (const [name, value] of Object.entries({ ...variables, PATH })) {
      process.stdout.write(`export ${name}=${shellQuote(value)}\n`);
    }
    return 0;
  },
};

await serve(command);
