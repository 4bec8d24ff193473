/** Response headers that protect a visitor's browser. Set in exactly one place per stack: where TLS ends. */

/** The header that makes a browser ask a name by HTTPS only. */
export const strictTransport = "Strict-Transport-Security";

/**
 * Names that do not get it: a browser would keep it for everything else of the visitor's own machine, on all ports. A
 * regular expression for HAProxy and nginx, without regard to case.
 */
export const ownMachine = "^(.*\\.)?localhost$";

/** Header → value, for the site. `default-src 'self'`: nothing inline and nothing from elsewhere. */
export const securityHeaders: Readonly<Record<string, string>> = {
  // One year: what the browsers' preload lists ask for.
  [strictTransport]: "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Content-Security-Policy":
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
};
