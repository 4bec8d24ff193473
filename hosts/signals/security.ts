/** Signals of the security: what was refused, what has changed, what ends. */
import { requestRate } from "./requests.ts";
import { above, alert, below, metrics, none, type Signal } from "./types.ts";

const replaced = none("a server takes no logins and is replaced by its image, never changed: rejected-flows");

/** How good the site's TLS is, by what a probe can get it to agree to. */
const grades = { "0": "F: takes TLS 1.1", "1": "B: no TLS 1.3", "2": "A: TLS 1.2 and 1.3" };
/** No grade at all while nothing answers: the site is down then, and its TLS no worse. */
const modern =
  '(max(probe_tls_version_info{job="probe",version="TLS 1.3"}) or 0 * max(probe_tls_version_info{job="probe"}))';
const outdated = 'max(probe_success{job="probe-outdated"})';

/** Days that are left when a renewal is late, and when it is urgent: `up` had the rest of the time for it. */
const renewalLate = (renewBeforeDays: number) =>
  below(Number((renewBeforeDays * 0.7).toPrecision(3)), renewBeforeDays / 4);

/** Signals of the security over the window `w`. */
export function securitySignals(w: string, renewBeforeDays: number): readonly Signal[] {
  return [
    {
      id: "certificate-days",
      title: "Certificate, days left",
      unit: "days",
      meaning: "Days until the first of the host's certificates ends. `up` renews them in time.",
      group: "security",
      kind: "state",
      thresholds: renewalLate(renewBeforeDays),
      alert: alert("CertificateEnds", 300),
      runbook: "certificate-ends",
      onebox: { expr: "(min by (host) (host_certificate_end_seconds) - time()) / 86400", legend: "{{host}}" },
      aws: metrics("AWS/CertificateManager/DaysToExpiry", "stack/certificate_days"),
    },
    {
      id: "visitor-certificate-days",
      title: "Visitors' certificate, days left",
      unit: "days",
      meaning: "Days until the certificate ends that visitors are really shown.",
      group: "security",
      kind: "stat",
      thresholds: renewalLate(renewBeforeDays),
      alert: alert("VisitorsCertificateEnds", 300),
      runbook: "certificate-ends",
      onebox: {
        expr: '(min(probe_ssl_earliest_cert_expiry{job="probe"}) - time()) / 86400',
        legend: "days",
      },
      aws: none("certificate-days holds it, as the line `visitors`"),
    },
    {
      id: "tls-grade",
      title: "TLS grade",
      unit: "count",
      meaning: "Which versions of TLS the site agrees to: A is 1.2 and 1.3, F is anything older.",
      group: "security",
      kind: "stat",
      thresholds: below(2, 1),
      alert: alert("TlsGotWorse", 60),
      states: grades,
      runbook: "tls-grade",
      onebox: { expr: `(1 + ${modern}) * (1 - ${outdated})`, legend: "grade" },
      aws: none("the balancer's policy is a setting of it, and drift in it is found like any other"),
    },
    {
      id: "denied-packets",
      title: "Packets refused by the firewall",
      unit: "count",
      meaning: "Packets a minute that no rule permits, by host and direction.",
      group: "security",
      kind: "chart",
      thresholds: above(60, 6000),
      alert: alert("PacketsRefused", 120),
      runbook: "denied-packets",
      onebox: {
        expr: `sum by (host, direction) (rate(firewall_denied_packets_total[${w}])) * 60`,
        legend: "{{host}} {{direction}}",
      },
      aws: metrics("stack/denied_packets"),
    },
    {
      id: "denied-flows",
      title: "Refused by flow",
      unit: "count",
      meaning:
        "Packets a minute that a host's filter refused, by both ends and port. Who is no host of the stack, and a port that nothing here uses, is `other`.",
      group: "security",
      kind: "chart",
      thresholds: null,
      // denied-packets tells people: it counts these, and what has no port.
      alert: null,
      runbook: "denied-packets",
      onebox: {
        expr: `sum by (source, destination, port) (rate(firewall_denied_flow_packets_total[${w}])) * 60`,
        legend: "{{source}} → {{destination}} {{port}}",
      },
      aws: none("the flow log names both ends of what security groups refuse: rejected-flows"),
    },
    {
      id: "rate-limited",
      title: "Rate-limited requests per second",
      unit: "req/s",
      meaning: "Requests that were refused (429) because one address asked for too much.",
      group: "security",
      kind: "chart",
      thresholds: above(10, 1000),
      alert: alert("VisitorsAreLimited", 60),
      runbook: "rate-limited",
      onebox: { expr: `${requestRate("429", w)} or vector(0)`, legend: "429" },
      aws: none("the web application firewall limits rates there: waf-blocked"),
    },
    {
      id: "failed-logins",
      title: "Failed logins to the database",
      unit: "count",
      meaning: "Logins a minute that a database node refused: a wrong password, or somebody who tries.",
      group: "security",
      kind: "chart",
      thresholds: above(1, 60),
      alert: alert("DatabaseLoginsFail", 30),
      runbook: "failed-logins",
      onebox: {
        expr: `rate(mysql_global_status_access_denied_errors[${w}]) * 60`,
        legend: "{{host}}",
      },
      aws: metrics("AWS/RDS/LoginFailures"),
    },
    {
      id: "unexpected-listeners",
      title: "Unexpected open ports",
      unit: "count",
      meaning: "TCP ports on which a host listens for others although no flow of the stack leads there.",
      group: "security",
      kind: "state",
      thresholds: above(0.5, 0.5),
      alert: alert("UnexpectedPort", 30, ["critical"]),
      runbook: "unexpected-listeners",
      onebox: { expr: "host_unexpected_listeners", legend: "{{host}}" },
      aws: replaced,
    },
    {
      id: "setuid-files",
      title: "Files that run as somebody else",
      unit: "count",
      meaning: "Setuid and setgid files in a host's own folders, where there must be none.",
      group: "security",
      kind: "state",
      thresholds: above(0.5, 0.5),
      alert: alert("SetuidFile", 30, ["critical"]),
      runbook: "setuid-files",
      onebox: { expr: "host_setuid_files", legend: "{{host}}" },
      aws: replaced,
    },
    {
      id: "rejected-flows",
      title: "Connections refused by security groups",
      unit: "count",
      meaning: "Flows a minute that no security group permits, anywhere in the network.",
      group: "security",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "rejected-flows",
      onebox: none("there is no filter between the hosts besides their own: denied-packets"),
      aws: metrics("stack/rejected_flows"),
    },
    {
      id: "waf-blocked",
      title: "Requests stopped by the web application firewall",
      unit: "count",
      meaning: "Requests a minute that match a rule and were stopped (blocked) or would have been (counted).",
      group: "security",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "waf-blocked",
      onebox: none(
        "the balancer limits rates and checks requests' form itself: rate-limited, client-error-ratio",
      ),
      aws: metrics("AWS/WAFV2/BlockedRequests", "AWS/WAFV2/CountedRequests"),
    },
  ];
}
