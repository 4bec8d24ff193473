import assert from "node:assert/strict";
import { busySeconds, shareTable, spansIn } from "../../bench/upLog.ts";
import { parseWrk } from "../../bench/wrk.ts";

const report = `Running 5s test @ https://127.0.0.1:443/
  1 threads and 32 connections
  Latency Distribution
     50%  812.00us
     75%    1.20ms
     90%    2.10ms
     99%    1.05s
  98765 requests in 5.00s, 112.00MB read
  Socket errors: connect 1, read 2, write 0, timeout 3
  Non-2xx or 3xx responses: 4
Requests/sec:  19753.00
Transfer/sec:     22.40MB
`;

describe("wrk's report", () => {
  it("gives rate, percentiles in milliseconds and everything that failed", () => {
    assert.deepEqual(parseWrk(report), { requestsPerSecond: 19753, p50: 0.812, p99: 1050, failed: 10 });
  });

  it("without failures gives none", () => {
    const clean = report.replace(/ {2}(Socket|Non-2xx).*\n/g, "");
    assert.equal(parseWrk(clean).failed, 0);
  });

  it("without a result is an error that shows it", () => {
    assert.throws(() => parseWrk("unable to connect"), /unable to connect/);
  });
});

describe("the output of an update", () => {
  const lines = [
    { at: 1, text: " +  onebox:index:Host web-1 creating (0s) " },
    { at: 1.5, text: " +  onebox:index:Host web-2 creating (0s) " },
    { at: 2, text: " +  onebox:index:Host web-1 created (1s) " },
    { at: 2.5, text: "@ updating....." },
    { at: 3, text: " +  onebox:index:Host web-2 created (1s) " },
    { at: 3.5, text: " +  tls:index/privateKey:PrivateKey web-1 created (0.00s) " },
    { at: 4, text: "    pulumi:pulumi:Stack foobar-bench  2 warnings" },
  ];

  it("tells when each resource was under way", () => {
    assert.deepEqual(spansIn(lines), [
      { type: "onebox:index:Host", name: "web-1", from: 1, to: 2 },
      { type: "onebox:index:Host", name: "web-2", from: 1.5, to: 3 },
      { type: "tls:index/privateKey:PrivateKey", name: "web-1", from: 3.5, to: 3.5 },
    ]);
  });

  it("counts time that several share once", () => {
    const span = { type: "t", name: "n" };
    const parts = [
      { ...span, from: 5, to: 6 },
      { ...span, from: 0, to: 2 },
      { ...span, from: 1, to: 1.5 },
    ];
    assert.equal(busySeconds(parts), 3);
  });

  it("becomes a table of kinds with their share of the whole", () => {
    assert.deepEqual(shareTable(spansIn(lines), 4), [
      "part            count  from, s  to, s  busy, s  share",
      "Host                2     1.00   3.00     2.00   50 %",
      "tls PrivateKey      1     3.50   3.50     0.00    0 %",
    ]);
  });
});
