/** Time from `up` to the first answer and to all parts healthy, with the share of each part. */
import type { Start } from "./benchStack.ts";
import type { Section } from "./figures.ts";
import { shareTable, spansIn } from "./upLog.ts";

/** The section of a watched start. Pure. */
export function upSection({ lines, firstAnswer, ended }: Start): Section {
  const spans = spansIn(lines);
  const made = spans.filter(({ type }) => /^(onebox|tls|random):/.test(type));
  const begun = Math.min(...made.map(({ from }) => from));
  const healthy = Math.max(...made.map(({ to }) => to));
  return {
    title: "From `pulumi up` to a site (set-up and downloads apart)",
    figures: [
      { name: "program and plugins ready", value: begun, unit: "s" },
      {
        name: "first HTTPS 200 through the endpoint",
        value: firstAnswer,
        unit: "s",
        target: { is: "at most", value: 6 },
      },
      { name: "every part healthy", value: healthy, unit: "s", target: { is: "at most", value: 15 } },
      { name: "command ended", value: ended, unit: "s" },
    ],
    notes: ["", ...shareTable(made, healthy)],
  };
}
