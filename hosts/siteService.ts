/** The site's application as a service. */

import type { Layout } from "./layout.ts";
import { applicationHead } from "./limits.ts";
import { type ServiceSpec, serviceSpec } from "./service.ts";

export interface SiteServiceInput {
  readonly layout: Layout;
  /** Entry file, relative to the site's folder, which is the working directory. */
  readonly main: string;
  readonly host: string;
  readonly zone: string;
  readonly domain: string;
  /** File with the way to the database; null for a site without one. */
  readonly databaseConfig: string | null;
}

/** Path that answers with 200 when visitors may be sent to the server. */
export const readyPath = "/health/ready";

/** The Unix socket that the application serves on. */
export const siteSocket = (layout: Layout): string => `${layout.run}/site/site.sock`;

/** Words of the command that runs the application: whatever the tiers let through, Node takes. */
export const siteCommand = (layout: Layout, main: string): readonly string[] => [
  layout.node,
  `--max-http-header-size=${applicationHead}`,
  main,
];

/** Runs `main` by the contract of site/README.md; `run/site` must exist, writable by site. */
export function siteService({
  layout,
  main,
  host,
  zone,
  domain,
  databaseConfig,
}: SiteServiceInput): ServiceSpec {
  return serviceSpec({
    name: "site",
    command: siteCommand(layout, main),
    user: "site",
    environment: {
      LISTEN_SOCKET: siteSocket(layout),
      SERVER_NAME: host,
      SERVER_ZONE: zone,
      SITE_DOMAIN: domain,
      DATABASE_CONFIG: databaseConfig ?? "",
      NODE_ENV: "production",
    },
    // It finishes what is in flight for up to 10 s.
    stopTimeout: 15_000,
    ready: { socket: siteSocket(layout) },
  });
}
