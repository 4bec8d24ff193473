/** docs/security.md with its tables as the program is: built against the tests' mocks. */
import { join } from "node:path";
import { z } from "zod";
import { requireJson } from "../../config/json.ts";
import { committedConfig } from "../../tests/support/mockedStack.ts";
import { programStack } from "../../tests/support/program.ts";
import { projectRoot } from "../paths.ts";
import { flowsTable, hopsTable, type TierOf, type Variant, withPart } from "./reach.ts";

/** The page that holds the tables. */
export const securityPage = join(projectRoot, "docs/security.md");

/** A committed stack, and the settings of it that open or close ways. */
interface Cloud {
  readonly cloud: string;
  readonly stack: string;
  readonly settings: readonly {
    readonly when: string;
    readonly changes: Readonly<Record<string, unknown>>;
  }[];
}

const clouds: readonly Cloud[] = [
  {
    cloud: "onebox",
    stack: "dev",
    settings: [
      { when: "tls.mode: passthrough", changes: { tls: { mode: "passthrough" } } },
      {
        when: "monitoring.alerts",
        changes: {
          monitoring: { alerts: { webhooks: [{ server: "alerts.example.com:443", path: "/path" }] } },
        },
      },
      {
        when: "monitoring.sumoLogic",
        changes: { monitoring: { sumoLogic: "https://sumo.example.com/path" } },
      },
    ],
  },
  {
    cloud: "aws",
    stack: "staging",
    settings: [
      {
        when: "tls.mode: passthrough",
        changes: {
          tls: { mode: "passthrough" },
          aws: {
            certificate: { certificate: "BEGIN CERTIFICATE own", key: "BEGIN PRIVATE KEY own" },
            waf: { mode: "off" },
          },
        },
      },
    ],
  },
];

const serverList = z.array(z.object({ name: z.string(), role: z.string() }));

function tiersOf(stack: string): TierOf {
  const text = committedConfig(stack)["foobar:servers"] ?? "[]";
  const servers = requireJson(text, serverList, `foobar:servers of ${stack}`, "mend the stack's file");
  return (name) => servers.find((server) => server.name === name)?.role ?? name;
}

async function variantsOf({ stack, settings }: Cloud): Promise<readonly Variant[]> {
  const variants: Variant[] = [];
  // One after the other: the mocks are the process's own.
  for (const { when, changes } of [{ when: "", changes: {} }, ...settings]) {
    const { firewallMatrix, tlsHops } = (await programStack(stack, changes)).result;
    variants.push({ when, firewallMatrix, tlsHops });
  }
  return variants;
}

/** What the outputs of a cloud's committed stack say, as committed first and then under each setting. */
export interface CloudReach {
  readonly cloud: string;
  readonly tierOf: TierOf;
  readonly variants: readonly Variant[];
}

/** Builds every cloud's stack under each setting. */
export async function reachOfClouds(): Promise<readonly CloudReach[]> {
  const reach: CloudReach[] = [];
  for (const cloud of clouds) {
    reach.push({
      cloud: cloud.cloud,
      tierOf: tiersOf(cloud.stack),
      variants: await variantsOf(cloud),
    });
  }
  return reach;
}

/** The page with its tables as they must be. */
export function renderSecurityPage(page: string, reach: readonly CloudReach[]): string {
  return reach.reduce(
    (text, { cloud, tierOf, variants }) =>
      withPart(
        withPart(text, `flows of ${cloud}`, flowsTable(variants, tierOf)),
        `hops of ${cloud}`,
        hopsTable(variants),
      ),
    page,
  );
}
