import assert from "node:assert/strict";
import { briefly } from "../../../tools/pulumi/operate.ts";
import { pulumiCommand } from "../../../tools/pulumi/pulumiCommand.ts";
import { curlLine, leftBehind, summary } from "../../../tools/pulumi/summary.ts";

describe("leftBehind", () => {
  it("names what only the user can take back", () => {
    const text = leftBehind("www.foobar.com");
    assert.match(text, /"www\.foobar\.com private CA".*browser/);
    assert.match(text, /`127\.0\.0\.1 www\.foobar\.com` in \/etc\/hosts/);
    assert.doesNotMatch(leftBehind(undefined), /undefined/);
  });
});

describe("briefly", () => {
  it("leaves the look at what there is and the state's steps out of a destroy on this machine alone", () => {
    const brief = { flags: ["--refresh=false"], variables: { PULUMI_SKIP_CHECKPOINTS: "true" } };
    const usual = { flags: [], variables: {} };
    assert.deepEqual(briefly("destroy", "onebox"), brief);
    for (const cloud of ["aws", undefined]) assert.deepEqual(briefly("destroy", cloud), usual);
    assert.deepEqual(briefly("up", "onebox"), usual);
  });
});

describe("curlLine", () => {
  it("points the domain at the loopback address", () => {
    assert.equal(
      curlLine("https://www.foobar.com:8443", "/p/ca.pem"),
      "curl --cacert /p/ca.pem --resolve www.foobar.com:8443:127.0.0.1 https://www.foobar.com:8443",
    );
  });

  it("knows the port of https and quotes paths", () => {
    assert.match(
      curlLine("https://a.example/", "/p q/ca.pem"),
      /--cacert '\/p q\/ca\.pem' --resolve a\.example:443:/,
    );
  });

  it("resolves nothing for localhost and addresses", () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
      assert.doesNotMatch(curlLine(`https://${host}:8443`, "/ca.pem"), /--resolve/);
    }
  });
});

describe("summary", () => {
  const outputs = {
    endpoint: "https://www.foobar.com:8443",
    dashboards: {
      site: "https://localhost:8444/",
      "balancer statistics": "https://localhost:8444/balancer/",
    },
    servers: { "web-1": "zone a" },
  };

  it("shows the endpoint, every dashboard and server, and how to trust the authority", () => {
    const text = summary("dev", outputs, "/p/dev-ca.pem");
    assert.match(
      text,
      /^Stack dev serves\n {2}https:\/\/www\.foobar\.com:8443\n {2}curl --cacert \/p\/dev-ca\.pem/,
    );
    assert.match(text, /\n {2}site {17}https:\/\/localhost:8444\/\n {2}balancer statistics {2}https:/);
    assert.match(text, /\n {2}web-1 {2}zone a\n/);
    assert.match(text, /trust \/p\/dev-ca\.pem[\s\S]*127\.0\.0\.1 www\.foobar\.com/);
  });

  it("asks for no trust where browsers trust the site already", () => {
    const text = summary("prod", outputs, undefined);
    assert.match(text, /\n {2}curl https:\/\/www\.foobar\.com:8443\n/);
    assert.doesNotMatch(text, /cacert|trust/);
  });

  it("gets by without outputs", () => {
    assert.match(summary("dev", {}, undefined), /^Everything else\n/);
  });
});

describe("pulumiCommand", () => {
  it("names the stack and its config file", () => {
    const [program, , , ...rest] = pulumiCommand("up", "dev", "/c.yaml", ["--yes"]);
    assert.equal(program, "pulumi");
    assert.deepEqual(rest, ["up", "--stack", "dev", "--config-file", "/c.yaml", "--yes"]);
  });
});
