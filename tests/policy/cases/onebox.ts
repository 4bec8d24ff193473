import { about, type Case, resource, urn } from "../support/resource.ts";

const chain = (hook: string, policy: string, ...statements: readonly string[]) =>
  `  chain ${hook} {\n    type filter hook ${hook} priority filter; policy ${policy};\n${statements.map((each) => `    ${each}\n`).join("")}  }\n`;
const named = "ip saddr { 10.0.0.1 } tcp dport 443 accept";
const ruleSet = (input: string, output = chain("output", "drop", named)) => ({
  rules: `table inet firewall {\n${input}${chain("forward", "drop")}${output}}\n`,
});

const files = (content: string, mode = "0644") => ({ files: { "etc/it": { content, mode, user: "root" } } });

const haproxy = (server: string, mode = "http") =>
  files(`global\n  log stdout\n\nbackend web\n  mode ${mode}\n  server web-1 10.0.0.1:443 ${server}\n`);
const nginx = (...lines: readonly string[]) =>
  files(`http {\n  location / {\n${lines.map((line) => `    ${line};\n`).join("")}  }\n}\n`);
const mariadb = (...lines: readonly string[]) => files(`[mysqld]\n${lines.join("\n")}\n`);
const secure = ["require_secure_transport = ON", "ssl-ca = /ca.pem"];

const host = "onebox:index:Host";
const key = "-----BEGIN PRIVATE KEY-----\nx\n";

export const oneboxCases: readonly Case[] = [
  about(
    "default-deny",
    "onebox:index:RuleSet",
    ruleSet(chain("input", "drop", "iif lo accept", named)),
    [ruleSet(chain("input", "accept", named)), /lets through at input/],
    [ruleSet(chain("input", "drop", named, "accept")), /accepts everything at input/],
    [ruleSet(chain("input", "drop", named), ""), /filters nothing at output/],
  ),
  {
    rule: "hosts-have-rule-set",
    passing: [
      resource(host, {}),
      resource("onebox:index:RuleSet", ruleSet(chain("input", "drop")), {
        propertyDependencies: { host: [urn(host)] },
      }),
    ],
    failing: [{ resources: [resource(host, {})], says: /no packet filter/ }],
  },
  about(
    "verified-hops",
    "onebox:index:FileTree",
    haproxy("ssl verify required ca-file /ca.pem verifyhost web-1"),
    [haproxy("check"), /reaches web-1 \(backend web\) in plain text/],
    [haproxy("ssl verify required ca-file /ca.pem"), /without verifying who it is/],
    [haproxy("ssl verify none"), /without verifying who it is/],
  ),
  // What is passed on undecrypted is encrypted between its two ends.
  about("verified-hops", "onebox:index:FileTree", haproxy("send-proxy-v2", "tcp"), [
    haproxy("ssl verify none", "tcp"),
    /verify none/,
  ]),
  about(
    "verified-hops",
    "onebox:index:FileTree",
    nginx("proxy_pass https://10.0.0.1:9443", "proxy_ssl_verify on", "proxy_ssl_name lb-1"),
    [nginx("proxy_pass https://10.0.0.1:9443", "proxy_ssl_verify on"), /without verifying who it is/],
    [nginx("proxy_pass https://10.0.0.1:9443", "proxy_ssl_name lb-1"), /without verifying who it is/],
    [nginx("proxy_pass http://10.0.0.1:9090"), /in plain text/],
  ),
  about("verified-hops", "onebox:index:FileTree", nginx("proxy_pass http://127.0.0.1:9090")),
  about(
    "verified-hops",
    "onebox:index:FileTree",
    files('{"scrape_configs": [{"scheme": "https", "tls_config": {"ca_file": "/ca.pem"}}]}'),
    [
      files('{"scrape_configs": [{"scheme": "https", "tls_config": {"insecure_skip_verify": true}}]}'),
      /whom/,
    ],
    [files('{"scrape_configs": [{"static_configs": []}]}'), /in plain text/],
  ),
  about(
    "verified-hops",
    "onebox:index:FileTree",
    mariadb(...secure),
    [mariadb("ssl-ca = /ca.pem"), /takes plain connections/],
    [mariadb("require_secure_transport = ON"), /no authority/],
    [mariadb(...secure, "wsrep_on = ON"), /replicates in plain text/],
  ),
  about(
    "key-files-closed",
    "onebox:index:FileTree",
    files(key, "0600"),
    [files(key, "0640"), /a private key in etc\/it, which has the mode 0640/],
    [files('{"password":"correct-horse-battery"}', "0644"), /a password or token in etc\/it/],
  ),
  about(
    "no-plain-secrets-in-services",
    "onebox:index:Service",
    {
      command: ["site", "--password-file", "/run/host/etc/site/password"],
      environment: { NODE_ENV: "production" },
    },
    [{ command: ["site", "--password=correct-horse-battery"], environment: {} }, /among its arguments/],
    [{ command: ["site"], environment: { DB_PASSWORD: "correct-horse-battery" } }, /variable DB_PASSWORD/],
  ),
];
