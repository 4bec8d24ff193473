/** What the monitor of a stack on this machine knows. */
import { z } from "zod";
import { jsonOf } from "../../config/json.ts";
import { ports } from "../../hosts/ports.ts";
import { noTrouble } from "../../hosts/signals/types.ts";
import { hostProc } from "../../provider/enter.ts";
import { hostOf, inHost } from "../drills/hosts.ts";

const vector = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const list = z.object({
  data: z.object({
    alerts: z.array(
      z.object({
        state: z.string(),
        labels: z
          .object({ alertname: z.string(), severity: z.string().optional(), host: z.string().optional() })
          .loose(),
      }),
    ),
  }),
});

/** An alert whose condition holds: `pending` until it has held for as long as its rule asks, then `firing`. */
export interface Alert {
  readonly name: string;
  readonly host: string | undefined;
  readonly firing: boolean;
}

/** The answer of the monitor's Prometheus; null when there is none of that shape. */
async function answer<T>(
  directory: string,
  monitor: string | undefined,
  path: string,
  shape: z.ZodType<T>,
): Promise<T | null> {
  if (monitor === undefined || hostProc(hostOf(directory, monitor)) === null) return null;
  const url = `http://127.0.0.1:${ports.prometheus}/api/v1/${path}`;
  const { stdout } = await inHost(directory, monitor, `curl --silent --max-time 3 '${url}'`, {
    accept: "any",
  });
  return jsonOf(stdout, shape) ?? null;
}

/** Requests a second; null when the monitor does not tell. */
export async function requestRate(directory: string, monitor: string | undefined): Promise<number | null> {
  const rate = await answer(directory, monitor, "query?query=site:requests:rate", vector);
  const sample = rate?.data.result[0]?.value[1];
  return sample === undefined ? null : Number(sample);
}

/** The alerts whose conditions hold, without the one that always fires; null when the monitor does not tell. */
export async function alertsOf(
  directory: string,
  monitor: string | undefined,
): Promise<readonly Alert[] | null> {
  const found = await answer(directory, monitor, "alerts", list);
  return (
    found?.data.alerts
      .filter(({ labels }) => labels.severity !== noTrouble)
      .map(({ state, labels }) => ({
        name: labels.alertname,
        host: labels.host,
        firing: state === "firing",
      })) ?? null
  );
}
