/** Response headers that an ALB can set; the web server sets the others. Pure. */
import { securityHeaders } from "../../hosts/securityHeaders.ts";

const attributes = {
  "Strict-Transport-Security": "routingHttpResponseStrictTransportSecurityHeaderValue",
  "X-Content-Type-Options": "routingHttpResponseXContentTypeOptionsHeaderValue",
  "X-Frame-Options": "routingHttpResponseXFrameOptionsHeaderValue",
  "Content-Security-Policy": "routingHttpResponseContentSecurityPolicyHeaderValue",
} as const;

/** Names of the headers that the balancer sets. */
export const balancerHeaders: readonly string[] = Object.keys(attributes);

/** The listener's attributes that set them. */
export const balancerHeaderAttributes: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(attributes).map(([name, attribute]) => [attribute, securityHeaders[name] ?? ""]),
);
