/** Response headers that protect a visitor's browser. Set in exactly one place per stack: where TLS ends. */

/** Header → value, for the site. `default-src 'self'`: nothing inline and nothing from elsewhere. */
export const securityHeaders: Readonly<Record<string, string>> = {
  // One year: what the browsers' preload lists ask for.
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Content-Security-Policy":
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
};
