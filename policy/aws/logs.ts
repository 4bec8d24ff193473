import { z } from "zod";
import { number } from "../properties.ts";
import { resourceRule } from "../rule.ts";

export const logsExpire = () =>
  resourceRule({
    name: "log-retention",
    description: "Log groups say for how long they keep what they hold.",
    remedy: "Set retentionInDays",
    types: ["aws:cloudwatch/logGroup:LogGroup"],
    reads: z.object({ retentionInDays: number }),
    problems: ({ retentionInDays }) => ((retentionInDays ?? 0) > 0 ? [] : ["keeps its logs for ever"]),
  });
