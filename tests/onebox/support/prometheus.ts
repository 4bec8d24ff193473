/** What the monitor's Prometheus answers, by the dashboards' own way to it. */
import { z } from "zod";
import { ask } from "../../../tools/drills/http.ts";
import type { TestStack } from "./stack.ts";

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        value: z.tuple([z.number(), z.coerce.number()]),
      }),
    ),
  }),
});

/** The series that a query finds now: their labels and values. */
export async function query(
  stack: TestStack,
  expr: string,
): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]> {
  const { status, body } = await ask(stack.dashboards, {
    path: `/prometheus/api/v1/query?query=${encodeURIComponent(expr)}`,
  });
  if (status !== 200) throw new Error(`Prometheus answers ${status} to ${expr}: ${body}`);
  return answer.parse(JSON.parse(body)).data.result.map(({ metric, value }) => ({
    labels: metric,
    value: value[1],
  }));
}

/** The one number that a query finds now. @throws Error when it finds none or several */
export async function queryNumber(stack: TestStack, expr: string): Promise<number> {
  const found = await query(stack, expr);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${expr} has ${found.length} results, not 1`);
  return only.value;
}
