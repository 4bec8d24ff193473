import assert from "node:assert/strict";
import {
  parseAlerts,
  parseLines,
  parseSamples,
  queryNow,
  Refused,
  Unreachable,
} from "../../../dashboard/public/js/prometheus.js";

const vector = {
  status: "success",
  data: {
    resultType: "vector",
    result: [
      { metric: { host: "web-1" }, value: [1, "2.5"] },
      { metric: {}, value: [1, "+Inf"] },
      { metric: {}, value: [1, "NaN"] },
    ],
  },
};

describe("answers of Prometheus", () => {
  it("become samples, with infinity and not-a-number", () => {
    assert.deepEqual(parseSamples(vector), [
      { labels: { host: "web-1" }, value: 2.5 },
      { labels: {}, value: Number.POSITIVE_INFINITY },
      { labels: {}, value: Number.NaN },
    ]);
  });

  it("become one sample when they are a scalar", () => {
    const scalar = { status: "success", data: { resultType: "scalar", result: [1, "7"] } };
    assert.deepEqual(parseSamples(scalar), [{ labels: {}, value: 7 }]);
  });

  it("become the alerts that fire, the worst first and then the newest", () => {
    const alert = (alertname: string, severity: string, minute: number, state = "firing") => ({
      state,
      labels: { alertname, severity, host: "web-1" },
      annotations: { summary: `${alertname} of web-1`, runbook: "https://localhost/runbook#a" },
      activeAt: `2026-01-31T12:0${minute}:00.5Z`,
    });
    const alerts = [
      alert("Old", "warning", 1),
      alert("New", "warning", 2),
      alert("Waits", "critical", 3, "pending"),
      alert("Worst", "critical", 0),
      alert("Always", "none", 4),
      { state: "firing", activeAt: "2026-01-31T12:00:00Z" },
    ];
    const parsed = parseAlerts({ status: "success", data: { alerts } });
    assert.deepEqual(
      parsed.map(({ name, severity }) => `${name} ${severity}`),
      ["Worst critical", "New warn", "Old warn", "alert warn"],
    );
    assert.deepEqual(parsed[0], {
      name: "Worst",
      severity: "critical",
      summary: "Worst of web-1",
      runbook: "https://localhost/runbook#a",
      since: Date.UTC(2026, 0, 31, 12, 0, 0, 500),
    });
    for (const answer of [null, {}, { data: { alerts: "none" } }]) assert.deepEqual(parseAlerts(answer), []);
  });

  it("become lines", () => {
    const matrix = {
      data: {
        resultType: "matrix",
        result: [
          {
            metric: { a: "b" },
            values: [
              [1, "2"],
              [3, "4"],
            ],
          },
        ],
      },
    };
    assert.deepEqual(parseLines(matrix), [
      {
        labels: { a: "b" },
        points: [
          [1, 2],
          [3, 4],
        ],
      },
    ]);
  });

  it("are nothing when they have another shape", () => {
    assert.deepEqual([parseSamples(null), parseLines({ data: 4 })], [[], []]);
  });
});

describe("questions to Prometheus", () => {
  const original = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = original;
  });

  function answer(respond: () => Response): string[] {
    const asked: string[] = [];
    globalThis.fetch = async (url) => {
      asked.push(String(url));
      return respond();
    };
    return asked;
  }

  it("go to the page's own server", async () => {
    const asked = answer(() => Response.json(vector));
    assert.equal((await queryNow('up{host="a b"}')).length, 3);
    assert.deepEqual(asked, ["/prometheus/api/v1/query?query=up%7Bhost%3D%22a+b%22%7D"]);
  });

  it("fail as refused when Prometheus explains why", async () => {
    answer(() => Response.json({ status: "error", error: "parse error" }, { status: 400 }));
    await assert.rejects(
      queryNow("("),
      (error: unknown) => error instanceof Refused && error.message === "parse error",
    );
  });

  it("fail as unreachable when something else answers for it, or nothing does", async () => {
    answer(() => new Response("<html>Bad gateway", { status: 502 }));
    await assert.rejects(queryNow("up"), Unreachable);
    answer(() => {
      throw new TypeError("fetch failed");
    });
    await assert.rejects(queryNow("up"), Unreachable);
  });
});
