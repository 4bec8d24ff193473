/** Signals of the requests: how many, how fast, how well, where. */
import {
  above,
  alert,
  metrics,
  none,
  type PrometheusSource,
  type Signal,
  share,
  type Thresholds,
  visible,
} from "./types.ts";

const alb = "AWS/ApplicationELB";
const onlyWhole = none(
  "a target group counts for all its servers together; the access log's streams are by server",
);
const percentiles = [50, 95, 99] as const;
type Percentile = (typeof percentiles)[number];

/** What visitors wait for, in seconds; the site's own answers take a few hundredths. */
const patience: Readonly<Record<Percentile, Thresholds | null>> = {
  50: null,
  95: above(0.5, 2),
  99: above(1, 5),
};

const durations = { balancer: "balancer_request_duration_seconds", web: "web_request_duration_seconds" };

function quantile(percent: Percentile, metric: string, w: string, by?: string): string {
  const labels = by === undefined ? "le" : `le, ${by}`;
  return `histogram_quantile(${percent / 100}, sum by (${labels}) (rate(${metric}_bucket[${w}])))`;
}

/** Requests a second with these status codes, a regular expression. */
export function requestRate(codes: string, w: string): string {
  const of = (metric: string) => `sum(rate(${metric}{code=~"${codes}"}[${w}]))`;
  return visible(of("balancer_requests_total"), of("web_requests_total"));
}

function visitorLatency(percent: Percentile, w: string): Signal {
  return {
    id: `latency-p${percent}`,
    title: `Latency, p${percent}`,
    unit: "s",
    meaning: `${percent} of 100 requests are answered within this time, as visitors see it.`,
    group: "overview",
    kind: "chart",
    thresholds: patience[percent],
    alert: percent === 99 ? alert("SlowAnswers", 300) : null,
    runbook: "slow-answers",
    onebox: {
      expr: visible(quantile(percent, durations.balancer, w), quantile(percent, durations.web, w)),
      legend: `p${percent}`,
      record: `site:request_duration_seconds:p${percent}`,
    },
    aws: metrics(`${alb}/TargetResponseTime`, "stack/request_seconds"),
  };
}

function webLatency(percent: Percentile, w: string): Signal {
  return {
    id: `web-latency-p${percent}`,
    title: `Latency by web server, p${percent}`,
    unit: "s",
    meaning: `${percent} of 100 requests are answered by each web server within this time.`,
    group: "web",
    kind: "chart",
    thresholds: null,
    alert: null,
    runbook: "slow-answers",
    onebox: {
      expr: quantile(percent, durations.web, w, "host"),
      legend: "{{host}}",
      record: `web:request_duration_seconds:p${percent}`,
    },
    aws: onlyWhole,
  };
}

function byRoute(
  id: string,
  title: string,
  meaning: string,
  unit: "s" | "req/s",
  onebox: PrometheusSource,
): Signal {
  return {
    id,
    title,
    unit,
    meaning: `${meaning} of pages, assets, the API and health checks.`,
    group: "web",
    kind: "chart",
    thresholds: null,
    alert: null,
    runbook: unit === "s" ? "slow-answers" : "more-traffic",
    onebox,
    aws: none("a managed balancer does not know what a path is for; queries of the access log do"),
  };
}

/** Signals of the requests over the window `w`. */
export function requestSignals(w: string): readonly Signal[] {
  return [
    {
      id: "qps",
      title: "Requests per second",
      unit: "req/s",
      meaning: "How many requests visitors make each second.",
      group: "overview",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "more-traffic",
      onebox: {
        expr: visible(
          `sum(rate(haproxy_frontend_http_requests_total{proxy="visitors"}[${w}]))`,
          `sum(rate(web_requests_total[${w}]))`,
        ),
        legend: "all",
        record: "site:requests:rate",
      },
      aws: metrics(`${alb}/RequestCount`, "stack/request_seconds"),
    },
    ...percentiles.map((percent) => visitorLatency(percent, w)),
    {
      id: "error-ratio",
      title: "Failed requests",
      unit: "ratio",
      meaning: "Share of requests that the site answers with an error of its own (5xx).",
      group: "overview",
      kind: "chart",
      thresholds: above(0.01, 0.05),
      alert: alert("RequestsFail", 60),
      runbook: "errors",
      onebox: {
        expr: share(requestRate("5..", w), requestRate(".+", w)),
        legend: "5xx",
        record: "site:errors:ratio",
      },
      aws: metrics(
        `${alb}/RequestCount`,
        `${alb}/HTTPCode_Target_5XX_Count`,
        `${alb}/HTTPCode_ELB_5XX_Count`,
        "stack/request_seconds",
        "stack/request_failed",
      ),
    },
    {
      id: "client-error-ratio",
      title: "Refused requests",
      unit: "ratio",
      meaning:
        "Share of requests that are answered with a fault of the visitor's (4xx): unknown pages, limits.",
      group: "overview",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "refused-requests",
      onebox: {
        expr: share(requestRate("4..", w), requestRate(".+", w)),
        legend: "4xx",
        record: "site:refused:ratio",
      },
      aws: metrics(
        `${alb}/RequestCount`,
        `${alb}/HTTPCode_Target_4XX_Count`,
        `${alb}/HTTPCode_ELB_4XX_Count`,
      ),
    },
    {
      id: "web-qps",
      title: "Requests per second by web server",
      unit: "req/s",
      meaning: "How the requests are spread over the web servers.",
      group: "web",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "more-traffic",
      onebox: {
        expr: `sum by (host) (rate(web_requests_total[${w}]))`,
        legend: "{{host}}",
        record: "web:requests:rate",
      },
      aws: onlyWhole,
    },
    ...percentiles.map((percent) => webLatency(percent, w)),
    byRoute("route-qps", "Requests per second by kind", "Requests", "req/s", {
      expr: visible(
        `sum by (route) (rate(balancer_requests_total[${w}]))`,
        `sum by (route) (rate(web_requests_total[${w}]))`,
      ),
      legend: "{{route}}",
      record: "route:requests:rate",
    }),
    byRoute("route-latency-p95", "Latency by kind, p95", "Time within which 95 of 100 are answered,", "s", {
      expr: quantile(95, durations.web, w, "route"),
      legend: "{{route}}",
      record: "route:request_duration_seconds:p95",
    }),
    {
      id: "web-in-progress",
      title: "Requests in progress by web server",
      unit: "count",
      meaning: "Requests that each web server works on at once: how saturated it is.",
      group: "web",
      kind: "chart",
      thresholds: null,
      alert: null,
      runbook: "more-traffic",
      onebox: {
        expr: 'sum by (server) (haproxy_server_current_sessions{proxy=~"web.*"})',
        legend: "{{server}}",
      },
      aws: onlyWhole,
    },
  ];
}
