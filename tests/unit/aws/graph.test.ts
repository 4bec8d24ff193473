/** Every setting of the stacks on AWS that somebody relies on, by type and name. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { bucketOf } from "../../../components/aws/network.ts";
import { committedConfig, type Registered } from "../../support/mockedStack.ts";
import { has, ofType, only, programStack } from "../../support/program.ts";

type Stack = Awaited<ReturnType<typeof programStack>>;

const statements = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string().optional(),
      Effect: z.string(),
      Action: z.union([z.string(), z.array(z.string())]),
      Resource: z.union([z.string(), z.array(z.string())]),
      Condition: z.unknown().optional(),
    }),
  ),
});

const policyOf = (resource: Registered) =>
  statements.parse(JSON.parse(z.string().parse(resource.inputs.policy))).Statement;

const record = z.record(z.string(), z.unknown());

const zones = ["a", "b", "c"];

/** What a server's user data says, decompressed. */
function userDataOf(stack: Stack, server: string): string {
  const { userData } = only(stack, "ec2.LaunchTemplate", server).inputs;
  return gunzipSync(Buffer.from(z.string().parse(userData), "base64")).toString("utf8");
}

describe("the stacks on AWS", () => {
  let staging: Stack;
  let prod: Stack;

  before(async () => {
    staging = await programStack("staging");
    prod = await programStack("prod");
  });

  describe("network", () => {
    it("spans three zones with public, application and database subnets", () => {
      for (const kind of ["public", "application", "database"]) {
        for (const zone of zones) {
          has(only(prod, "ec2.Subnet", `${kind}-${zone}`), {
            availabilityZone: `eu-west-1${zone}`,
            mapPublicIpOnLaunch: false,
          });
        }
      }
      has(only(prod, "ec2.Vpc", "network"), {
        cidrBlock: "10.79.0.0/16",
        enableDnsSupport: true,
        enableDnsHostnames: true,
      });
    });

    it("has one NAT gateway in staging, one a zone in prod", () => {
      assert.deepEqual(
        ofType(staging, "ec2.NatGateway").map(({ name }) => name),
        ["nat-a"],
      );
      assert.deepEqual(
        ofType(prod, "ec2.NatGateway")
          .map(({ name }) => name)
          .sort(),
        ["nat-a", "nat-b", "nat-c"],
      );
    });

    it("has no route out of the database's subnets", () => {
      const routes = ofType(prod, "ec2.Route").map(({ inputs }) => inputs.routeTableId);
      assert.ok(routes.includes("public-id"));
      assert.ok(!routes.includes("database-id"));
      for (const zone of zones) {
        has(only(prod, "ec2.RouteTableAssociation", `database-${zone}`), { routeTableId: "database-id" });
      }
    });

    it("lets this account alone through its endpoints, and anybody fetch the agents' packages", async () => {
      const closed = await programStack("staging", {
        aws: {
          nat: "none",
          image: { id: "ami-0123456789abcdef0", prepared: true },
          agents: { ssm: { url: "https://own.s3.eu-west-1.amazonaws.com/a/ssm.deb" } },
        },
      });
      const account = committedConfig("staging")["aws:accountId"] ?? "123456789012";
      const own = { StringEquals: { "aws:PrincipalAccount": account } };
      const endpoints = ofType(closed, "ec2.VpcEndpoint");
      assert.ok(endpoints.length > 8);
      for (const endpoint of endpoints.filter(({ name }) => name !== "s3"))
        assert.deepEqual(
          policyOf(endpoint).map(({ Condition }) => Condition),
          [own],
          endpoint.name,
        );
      const [theirs, agents] = policyOf(only(closed, "ec2.VpcEndpoint", "s3"));
      assert.deepEqual(theirs?.Condition, {
        StringEquals: { ...own.StringEquals, "aws:ResourceAccount": account },
      });
      assert.equal(agents?.Action, "s3:GetObject");
      assert.deepEqual(agents.Resource, [
        "arn:aws:s3:::amazon-ssm-eu-west-1/*",
        "arn:aws:s3:::amazoncloudwatch-agent-eu-west-1/*",
        "arn:aws:s3:::own/*",
      ]);
    });

    it("reads a bucket's name from either kind of URL", () => {
      assert.equal(bucketOf("https://s3.eu-west-1.amazonaws.com/bucket/a.deb"), "bucket");
      assert.equal(bucketOf("https://my.bucket.s3.eu-west-1.amazonaws.com/a.deb"), "my.bucket");
      assert.equal(bucketOf("https://packages.example.com/a.deb"), null);
      assert.equal(bucketOf("https://s3.example.com/bucket/a.deb"), null);
    });

    it("reaches S3 by a gateway endpoint", () => {
      has(only(prod, "ec2.VpcEndpoint", "s3"), {
        vpcEndpointType: "Gateway",
        serviceName: "com.amazonaws.eu-west-1.s3",
        routeTableIds: zones.map((zone) => `application-${zone}-id`),
      });
    });

    it("logs flows, and forgets them", () => {
      has(only(prod, "ec2.FlowLog", "flows"), { trafficType: "ALL", logDestinationType: "cloud-watch-logs" });
      has(only(prod, "cloudwatch.LogGroup", "flows"), { retentionInDays: 90 });
      has(only(staging, "cloudwatch.LogGroup", "flows"), { retentionInDays: 14 });
    });

    it("lets AWS write them on behalf of this account only", () => {
      for (const role of ["flow-log", "database-monitoring"]) {
        const trust = String(only(prod, "iam.Role", role).inputs.assumeRolePolicy);
        assert.match(trust, /"Condition":\{"StringEquals":\{"aws:SourceAccount":"123456789012"\}\}/);
      }
    });

    it("closes the default security group", () => {
      has(only(prod, "ec2.DefaultSecurityGroup", "default"), { ingress: [], egress: [] });
    });
  });

  describe("without a NAT gateway", () => {
    let closed: Stack;

    before(async () => {
      closed = await programStack("staging", {
        aws: { nat: "none", image: { id: "ami-0123456789abcdef0", prepared: true } },
      });
    });

    it("reaches sessions, secrets, logs and metrics by private endpoints", () => {
      for (const service of [
        "ssm",
        "ssmmessages",
        "ec2messages",
        "secretsmanager",
        "logs",
        "monitoring",
        "autoscaling",
        "kms",
      ]) {
        has(only(closed, "ec2.VpcEndpoint", service), {
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          securityGroupIds: ["endpoints-id"],
        });
      }
      assert.equal(ofType(closed, "ec2.NatGateway").length, 0);
      assert.deepEqual(
        ofType(closed, "ec2.Route").map(({ name }) => name),
        ["public-internet"],
      );
    });

    it("names no range but the visitors': everything else is a group or a list of prefixes", () => {
      const ranges = [
        ...ofType(closed, "vpc.SecurityGroupIngressRule"),
        ...ofType(closed, "vpc.SecurityGroupEgressRule"),
      ].filter(({ inputs }) => inputs.cidrIpv4 !== undefined);
      assert.deepEqual(ranges.map(({ name }) => name).sort(), [
        "balancer-in-visitor-tcp-443",
        "balancer-in-visitor-tcp-80",
      ]);
    });

    it("installs nothing", () => {
      assert.doesNotMatch(userDataOf(closed, "web-1"), /"packages"|install_package a/);
    });
  });

  describe("firewall", () => {
    it("opens what the flow graph permits, by group, and no port 22", () => {
      const ingress = ofType(prod, "vpc.SecurityGroupIngressRule");
      assert.deepEqual(ingress.map(({ name }) => name).sort(), [
        "balancer-in-visitor-tcp-443",
        "balancer-in-visitor-tcp-80",
        "database-in-deployment-tcp-3306",
        "database-in-web-tcp-3306",
        "web-1-in-balancer-tcp-443",
        "web-2-in-balancer-tcp-443",
        "web-3-in-balancer-tcp-443",
      ]);
      has(only(prod, "vpc.SecurityGroupIngressRule", "web-2-in-balancer-tcp-443"), {
        securityGroupId: "web-2-id",
        referencedSecurityGroupId: "balancer-id",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        description: "the balancer forwards requests",
      });
      has(only(prod, "vpc.SecurityGroupIngressRule", "database-in-web-tcp-3306"), {
        securityGroupId: "database-id",
        referencedSecurityGroupId: "web-id",
      });
    });

    it("lets out what the flow graph permits, and nothing from the database", () => {
      const egress = ofType(prod, "vpc.SecurityGroupEgressRule");
      assert.deepEqual(egress.map(({ name }) => name).sort(), [
        "balancer-out-web-tcp-443",
        "deployment-out-database-tcp-3306",
        "deployment-out-services-tcp-443",
        "web-1-out-database-tcp-3306",
        "web-1-out-services-tcp-443",
        "web-2-out-database-tcp-3306",
        "web-2-out-services-tcp-443",
        "web-3-out-database-tcp-3306",
        "web-3-out-services-tcp-443",
      ]);
    });

    it("has no rule inside a group, where rules of their own resources would fight them", () => {
      for (const { inputs, name } of ofType(prod, "ec2.SecurityGroup")) {
        assert.equal(inputs.ingress, undefined, name);
        assert.equal(inputs.egress, undefined, name);
        assert.equal(inputs.revokeRulesOnDelete, true, name);
      }
    });

    it("gives each server its own group and its tier's", () => {
      has(only(prod, "ec2.LaunchTemplate", "web-1"), { vpcSecurityGroupIds: ["web-1-id", "web-id"] });
    });

    it("takes visitors from the configured ranges only", async () => {
      const stack = await programStack("staging", { firewall: { publicRanges: ["203.0.113.0/24"] } });
      has(only(stack, "vpc.SecurityGroupIngressRule", "balancer-in-visitor-203.0.113.0/24-tcp-443"), {
        cidrIpv4: "203.0.113.0/24",
      });
    });
  });

  describe("certificates", () => {
    it("asks ACM for the visitors' and proves the domain in the zone", () => {
      has(only(prod, "acm.Certificate", "visitor"), {
        domainName: "www.foobar.com",
        validationMethod: "DNS",
      });
      has(only(prod, "route53.Record", "visitor-validation"), {
        zoneId: "zone-of-foobar.com",
        name: "_proof.example",
        records: ["_value.example"],
      });
    });

    it("gives the listener the certificate only once it is valid", () => {
      assert.match(String(only(prod, "lb.Listener", "https").inputs.certificateArn), /#validated$/);
    });

    it("issues each server a certificate of the stack's own authority", () => {
      for (const name of ["web-1", "web-2", "web-3"]) {
        has(only(prod, "tls:index/locallySignedCert:LocallySignedCert", name), {
          allowedUses: ["digital_signature", "server_auth"],
          caPrivateKeyPem: "-----BEGIN PRIVATE KEY-----\nauthority-ca\n-----END PRIVATE KEY-----\n",
        });
      }
    });

    it("keeps keys in Secrets Manager, encrypted, as secrets of the state", () => {
      const version = only(prod, "secretsmanager.SecretVersion", "web-1-tls");
      assert.match(String(version.inputs.secretString), /BEGIN PRIVATE KEY/);
      assert.deepEqual(version.secretInputs, ["secretString"]);
      has(only(prod, "secretsmanager.Secret", "web-1-tls"), {
        kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/data",
        recoveryWindowInDays: 30,
      });
      has(only(staging, "secretsmanager.Secret", "web-1-tls"), { recoveryWindowInDays: 0 });
    });

    it("takes an imported certificate instead", async () => {
      const stack = await programStack("staging", {
        aws: {
          hostedZone: undefined,
          certificate: { certificate: "BEGIN CERTIFICATE own", key: "BEGIN PRIVATE KEY own" },
        },
      });
      const imported = only(stack, "acm.Certificate", "visitor");
      has(imported, { certificateBody: "BEGIN CERTIFICATE own" });
      assert.deepEqual(imported.secretInputs, ["privateKey"]);
      assert.equal(ofType(stack, "route53.Record").length, 0);
    });
  });

  describe("balancer that decrypts", () => {
    it("spans the public subnets and refuses what is malformed", () => {
      const balancer = only(prod, "lb.LoadBalancer", "balancer");
      has(balancer, {
        loadBalancerType: "application",
        internal: false,
        subnets: zones.map((zone) => `public-${zone}-id`),
        securityGroups: ["balancer-id"],
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
        enableDeletionProtection: true,
        enableCrossZoneLoadBalancing: true,
        xffHeaderProcessingMode: "append",
        enableWafFailOpen: false,
      });
      assert.equal(balancer.protect, true);
      has(only(staging, "lb.LoadBalancer", "balancer"), {
        desyncMitigationMode: "defensive",
        enableDeletionProtection: false,
      });
      assert.equal(only(staging, "lb.LoadBalancer", "balancer").protect, false);
    });

    it("writes access, connection and health-check logs", () => {
      const bucket = "foobar-prod-access-logs-1";
      has(only(prod, "lb.LoadBalancer", "balancer"), {
        accessLogs: { bucket, prefix: "access", enabled: true },
        connectionLogs: { bucket, prefix: "connections", enabled: true },
        healthCheckLogs: { bucket, prefix: "health", enabled: true },
      });
    });

    it("takes TLS 1.2 and 1.3 with post-quantum key exchange, and hardens the answers", () => {
      has(only(prod, "lb.Listener", "https"), {
        port: 443,
        protocol: "HTTPS",
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        routingHttpResponseServerEnabled: false,
        routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000; includeSubDomains",
        routingHttpResponseXContentTypeOptionsHeaderValue: "nosniff",
        routingHttpResponseXFrameOptionsHeaderValue: "DENY",
      });
      assert.match(
        String(only(prod, "lb.Listener", "https").inputs.routingHttpResponseContentSecurityPolicyHeaderValue),
        /default-src 'self'/,
      );
    });

    it("leaves to the servers the headers that it cannot set, and only those", () => {
      const text = userDataOf(prod, "web-1");
      assert.match(text, /add_header Referrer-Policy/);
      assert.match(text, /add_header Permissions-Policy/);
      assert.doesNotMatch(
        text,
        /add_header (Strict-Transport-Security|X-Frame-Options|Content-Security-Policy)/,
      );
    });

    it("takes TLS 1.3 alone when asked", async () => {
      const stack = await programStack("staging", { tls: { minimumVersion: "1.3" } });
      has(only(stack, "lb.Listener", "https"), { sslPolicy: "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09" });
    });

    it("redirects from HTTP for good", () => {
      has(only(prod, "lb.Listener", "http"), {
        port: 80,
        defaultActions: [
          { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
        ],
      });
    });

    it("encrypts towards the servers and asks them by HTTPS", () => {
      const group = only(prod, "lb.TargetGroup", "web");
      has(group, { protocol: "HTTPS", port: 443, deregistrationDelay: 30, slowStart: 30 });
      const check = record.parse(group.inputs.healthCheck);
      assert.equal(check.protocol, "HTTPS");
      assert.equal(check.path, "/health/ready");
      assert.equal(check.matcher, "200");
    });

    it("has every server among its targets", () => {
      for (const name of ["web-1", "web-2", "web-3"]) {
        has(only(prod, "autoscaling.Attachment", name), { autoscalingGroupName: `foobar-prod-${name}` });
      }
    });

    it("says truthfully that nobody checks the servers' certificates", () => {
      const hop = prod.result.tlsHops.find(({ from, to }) => from === "balancer" && to === "web");
      assert.equal(hop?.encrypted, true);
      assert.equal(hop?.authenticated, false);
    });

    it("is what the domain leads to", () => {
      has(only(prod, "route53.Record", "site"), { name: "www.foobar.com", type: "A" });
    });
  });

  describe("balancer that passes through", () => {
    let stack: Stack;

    before(async () => {
      stack = await programStack("staging", {
        tls: { mode: "passthrough" },
        aws: {
          waf: { mode: "off" },
          certificate: { certificate: "BEGIN CERTIFICATE own", key: "BEGIN PRIVATE KEY own" },
        },
      });
    });

    it("is an NLB that hands TCP to the servers", () => {
      has(only(stack, "lb.LoadBalancer", "balancer"), {
        loadBalancerType: "network",
        securityGroups: ["balancer-id"],
      });
      has(only(stack, "lb.Listener", "https"), { protocol: "TCP", port: 443 });
      has(only(stack, "lb.TargetGroup", "web"), {
        protocol: "TCP",
        port: 443,
        proxyProtocolV2: true,
        preserveClientIp: "false",
      });
      // Its own port, without the PROXY protocol's header and with TLS 1.2, which is all that an NLB's checks know.
      const check = record.parse(only(stack, "lb.TargetGroup", "web").inputs.healthCheck);
      assert.deepEqual(
        [check.protocol, check.port, check.path, check.matcher],
        ["HTTPS", "8443", "/health/ready", "200"],
      );
      has(only(stack, "vpc.SecurityGroupIngressRule", "web-1-in-balancer-tcp-8443"), {
        securityGroupId: "web-1-id",
        referencedSecurityGroupId: "balancer-id",
      });
      has(only(stack, "vpc.SecurityGroupEgressRule", "balancer-out-web-tcp-8443"), { fromPort: 8443 });
      const [health = ""] = userDataOf(stack, "web-1").match(/listen 8443 ssl;.*?location \/health\//s) ?? [];
      assert.match(health, /ssl_protocols TLSv1\.2 TLSv1\.3;/);
      assert.doesNotMatch(health, /ssl_verify_client|proxy_protocol/);
      assert.equal(ofType(stack, "wafv2.WebAcl").length, 0);
    });

    it("lets the servers redirect from HTTP, which it cannot itself", () => {
      has(only(stack, "lb.Listener", "http"), { protocol: "TCP", port: 80 });
      has(only(stack, "lb.TargetGroup", "web-redirect"), { protocol: "TCP", port: 80 });
      assert.match(userDataOf(stack, "web-1"), /return 301 https:\/\/staging\.foobar\.com/);
      has(only(stack, "vpc.SecurityGroupIngressRule", "web-1-in-balancer-tcp-80"), {
        referencedSecurityGroupId: "balancer-id",
      });
    });

    it("checks the servers by TLS 1.2 where visitors get 1.3 only", async () => {
      const strict = await programStack("staging", {
        tls: { mode: "passthrough", minimumVersion: "1.3" },
        aws: {
          waf: { mode: "off" },
          certificate: { certificate: "BEGIN CERTIFICATE own", key: "BEGIN PRIVATE KEY own" },
        },
      });
      const [, visitors = "", health = ""] = userDataOf(strict, "web-1").split(/listen (?:443|8443) ssl/);
      assert.match(visitors, /ssl_protocols TLSv1\.3;/);
      assert.match(health, /ssl_protocols TLSv1\.2 TLSv1\.3;/);
    });

    it("has one hop from the visitor to the server, encrypted and authenticated", () => {
      const hops = stack.result.tlsHops.filter(({ from }) => from === "visitor");
      assert.deepEqual(
        hops.map(({ to, encrypted, authenticated }) => ({ to, encrypted, authenticated })),
        [{ to: "web", encrypted: true, authenticated: true }],
      );
    });

    it("gives the servers the visitors' certificate by Secrets Manager", () => {
      assert.match(
        String(only(stack, "secretsmanager.SecretVersion", "web-1-visitor").inputs.secretString),
        /own/,
      );
      assert.match(
        userDataOf(stack, "web-1"),
        /arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-1-visitor/,
      );
      assert.match(userDataOf(stack, "web-1"), /proxy_protocol/);
    });
  });

  describe("web application firewall", () => {
    const ruleNames = (stack: Stack) =>
      z.array(record).parse(only(stack, "wafv2.WebAcl", "waf").inputs.rules);

    it("has the managed groups and a rate rule", () => {
      assert.deepEqual(
        ruleNames(prod).map(({ name }) => name),
        [
          "rate",
          "AWSManagedRulesAmazonIpReputationList",
          "AWSManagedRulesKnownBadInputsRuleSet",
          "AWSManagedRulesCommonRuleSet",
          "AWSManagedRulesSQLiRuleSet",
        ],
      );
    });

    it("blocks in prod and counts in staging", () => {
      for (const rule of ruleNames(prod).slice(1)) assert.deepEqual(rule.overrideAction, { none: {} });
      for (const rule of ruleNames(staging).slice(1)) assert.deepEqual(rule.overrideAction, { count: {} });
      assert.ok("block" in record.parse(ruleNames(prod)[0]?.action));
      assert.ok("count" in record.parse(ruleNames(staging)[0]?.action));
    });

    it("refuses nothing for its size that the web server takes", () => {
      const common = ruleNames(prod).find(({ name }) => name === "AWSManagedRulesCommonRuleSet");
      const { managedRuleGroupStatement: statement } = record.parse(common?.statement);
      assert.deepEqual(
        z.array(record).parse(record.parse(statement).ruleActionOverrides),
        ["SizeRestrictions_URIPATH", "SizeRestrictions_QUERYSTRING", "SizeRestrictions_BODY"].map((name) => ({
          name,
          actionToUse: { count: {} },
        })),
      );
    });

    it("limits an address as the configuration says, by the minute", () => {
      assert.deepEqual(ruleNames(prod)[0]?.statement, {
        rateBasedStatement: { limit: 12_000, aggregateKeyType: "IP", evaluationWindowSec: 60 },
      });
    });

    it("stands before the balancer and logs what it stops", () => {
      has(only(prod, "wafv2.WebAclAssociation", "waf"), {
        resourceArn: "arn:aws:lb:eu-west-1:123456789012:balancer",
      });
      has(only(prod, "cloudwatch.LogGroup", "waf"), { name: "aws-waf-logs-foobar-prod" });
    });
  });

  describe("buckets", () => {
    for (const name of ["artifacts", "access-logs"]) {
      it(`${name}: nobody from outside, nothing unencrypted, nothing for ever`, () => {
        has(only(prod, "s3.BucketPublicAccessBlock", name), {
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        });
        has(only(prod, "s3.BucketOwnershipControls", name), {
          rule: { objectOwnership: "BucketOwnerEnforced" },
        });
        has(only(prod, "s3.BucketVersioning", name), { versioningConfiguration: { status: "Enabled" } });
        const [deny] = policyOf(only(prod, "s3.BucketPolicy", name));
        assert.equal(deny?.Effect, "Deny");
        assert.deepEqual(deny?.Condition, { Bool: { "aws:SecureTransport": "false" } });
        assert.equal(only(prod, "s3.Bucket", name).protect, true);
        has(only(prod, "s3.Bucket", name), { forceDestroy: false });
        has(only(staging, "s3.Bucket", name), { forceDestroy: true });
        const [rule] = z
          .array(record)
          .parse(only(prod, "s3.BucketLifecycleConfiguration", name).inputs.rules);
        assert.ok(rule?.noncurrentVersionExpiration);
      });
    }

    it("artifacts: each object is named by its digest, and stays when another takes its place", () => {
      const objects = ofType(prod, "s3.BucketObjectv2");
      assert.deepEqual(objects.map(({ name }) => name).sort(), [
        "database-ca",
        "database-setup",
        "node",
        "site",
      ]);
      for (const { name, inputs, retainOnDelete } of objects) {
        assert.match(String(inputs.key), new RegExp(`^${name}/[0-9a-f]{64}(\\.pem|\\.zip)?$`));
        assert.equal(retainOnDelete, true);
      }
      const text = userDataOf(prod, "web-1");
      assert.doesNotMatch(text, /version-id/);
      has(only(prod, "lambda.Function", "database-setup"), { s3ObjectVersion: undefined });
    });

    it("access logs go after the configured days", () => {
      const [rule] = z
        .array(record)
        .parse(only(prod, "s3.BucketLifecycleConfiguration", "access-logs").inputs.rules);
      assert.deepEqual(rule?.expiration, { days: 365 });
    });
  });

  describe("servers", () => {
    it("stand one in each zone, each replacing itself: launched before the old one goes", () => {
      for (const [index, zone] of zones.entries()) {
        const group = only(prod, "autoscaling.Group", `web-${index + 1}`);
        has(group, {
          vpcZoneIdentifiers: [`application-${zone}-id`],
          minSize: 1,
          desiredCapacity: 1,
          maxSize: 2,
          healthCheckType: "ELB",
          instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
          initialLifecycleHooks: [
            {
              name: "ready",
              lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
              defaultResult: "ABANDON",
              heartbeatTimeout: 900,
            },
          ],
        });
        const refresh = record.parse(group.inputs.instanceRefresh);
        const preferences = record.parse(refresh.preferences);
        // The provider has written the new template into the group by then, and AWS would go "back" to that.
        assert.equal(preferences.autoRollback, undefined);
        assert.equal(preferences.minHealthyPercentage, 100);
        assert.equal(preferences.maxHealthyPercentage, 200);
      }
    });

    it("are in service only once they have said that they serve", () => {
      assert.match(
        userDataOf(prod, "web-1"),
        /--resolve www\.foobar\.com:443:127\.0\.0\.1 .* https:\/\/www\.foobar\.com\/health\/ready\\nverdict=CONTINUE/,
      );
      assert.match(userDataOf(prod, "web-1"), /--auto-scaling-group-name 'foobar-prod-web-1' .*'ready'/);
      const [say] = policyOf(only(prod, "iam.RolePolicy", "web-1")).filter(
        ({ Sid }) => Sid === "SayThatItIsReady",
      );
      assert.equal(say?.Action, "autoscaling:CompleteLifecycleAction");
      assert.match(String(say?.Resource), /:autoScalingGroup:\*:autoScalingGroupName\/foobar-prod-web-1$/);
    });

    it("start only when their way out and their database are there", () => {
      const { after } = only(prod, "autoscaling.Group", "web-2");
      for (const name of ["web-2-out-services-tcp-443", "application-b-internet", "database-setup"]) {
        assert.ok(after.includes(name), `${name} is not among ${after.join(", ")}`);
      }
      const setUp = only(prod, "lambda.Invocation", "database-setup").after;
      for (const name of ["database-in-deployment-tcp-3306", "deployment-out-services-tcp-443"]) {
        assert.ok(setUp.includes(name), `${name} is not among ${setUp.join(", ")}`);
      }
    });

    it("name the version of their template, so that a change rolls and can be rolled back", () => {
      has(only(prod, "autoscaling.Group", "web-1"), { launchTemplate: { id: "web-1-id", version: "1" } });
    });

    it("start from the pinned image without a key pair, with guarded metadata and an encrypted disk", () => {
      const template = only(prod, "ec2.LaunchTemplate", "web-1");
      has(template, {
        imageId: "ami-0123456789abcdef0",
        instanceType: "m7i.large",
        keyName: undefined,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: "disabled",
        },
        monitoring: { enabled: true },
      });
      const [disk] = z.array(record).parse(template.inputs.blockDeviceMappings);
      assert.equal(record.parse(disk?.ebs).encrypted, "true");
      has(only(staging, "ec2.LaunchTemplate", "web-1"), { instanceType: "t3.small" });
    });

    it("take Debian's newest image when asked", async () => {
      const stack = await programStack("staging", { aws: { image: { id: "latest" } } });
      has(only(stack, "ec2.LaunchTemplate", "web-1"), { imageId: "ami-0fedcba9876543210" });
    });

    it("may read their own secrets and no others, and be reached by sessions", () => {
      const policy = policyOf(only(prod, "iam.RolePolicy", "web-1"));
      const own = policy.find(({ Sid }) => Sid === "ReadOwnSecrets");
      assert.deepEqual(own?.Resource, [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-1-tls",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database-site",
      ]);
      const wide = policy.filter(({ Resource }) => Resource === "*").map(({ Sid }) => Sid);
      assert.deepEqual(wide, ["SessionManager", "AskWhetherTheGroupWaits", "SendMetricsOfThisStackOnly"]);
      assert.ok(!JSON.stringify(policy).includes('"*:*"'));
      for (const { Action } of policy) {
        for (const action of [Action].flat()) assert.doesNotMatch(action, /^\*$|:\*$/);
      }
    });

    it("are told no secret by their user data", () => {
      for (const name of ["web-1", "web-2", "web-3"]) {
        const text = userDataOf(prod, name);
        assert.doesNotMatch(text, /BEGIN (EC )?PRIVATE KEY|password-of-/);
        assert.match(text, /^#cloud-config\n/);
      }
    });

    it("are told the site's object by its digest, so that a change of the site rolls them", () => {
      assert.match(userDataOf(prod, "web-1"), /'site\/([0-9a-f]{64})\.zip' \1 /);
    });

    for (const [what, changes] of Object.entries({
      "a prepared image": { aws: { image: { id: "ami-0123456789abcdef0", prepared: true } } },
      "sizes and disks": { aws: { instanceTypes: { medium: "m7i.xlarge" }, diskGiB: 32 } },
      "other zones": {
        servers: ["c", "b", "a"].map((zone, index) => ({ name: `web-${index + 1}`, role: "web", zone })),
      },
    })) {
      it(`are not replaced by ${what}: a group would go before the next one of its name comes`, async () => {
        const group = only(await programStack("prod", changes), "autoscaling.Group", "web-1");
        const { name, namePrefix, initialLifecycleHooks } = only(prod, "autoscaling.Group", "web-1").inputs;
        // What the provider cannot change in place.
        has(group, { name, namePrefix, initialLifecycleHooks });
      });
    }

    it("have tags on instances and disks", () => {
      const [instance] = z
        .array(z.object({ resourceType: z.string(), tags: z.record(z.string(), z.string()) }))
        .parse(only(prod, "ec2.LaunchTemplate", "web-2").inputs.tagSpecifications);
      assert.deepEqual(instance, {
        resourceType: "instance",
        tags: {
          project: "foobar",
          stack: "prod",
          environment: "production",
          Name: "foobar-prod-web-2",
          server: "web-2",
        },
      });
    });
  });

  describe("database", () => {
    it("is a Multi-AZ DB cluster: instance class and storage of its own, no instances", () => {
      const cluster = only(prod, "rds.Cluster", "database");
      has(cluster, {
        clusterIdentifier: "foobar-prod-database",
        engine: "mysql",
        engineVersion: "8.4",
        allowMajorVersionUpgrade: true,
        autoMinorVersionUpgrade: true,
        dbClusterInstanceClass: "db.r6gd.large",
        storageType: "gp3",
        allocatedStorage: 200,
        storageEncrypted: true,
        kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/data",
        manageMasterUserPassword: true,
        masterPassword: undefined,
        backupRetentionPeriod: 35,
        preferredBackupWindow: "02:00-02:30",
        preferredMaintenanceWindow: "sun:04:30-sun:05:30",
        deletionProtection: true,
        skipFinalSnapshot: false,
        finalSnapshotIdentifier: "foobar-prod-database-final-0badcafe",
        copyTagsToSnapshot: true,
        enabledCloudwatchLogsExports: ["error", "slowquery"],
        performanceInsightsEnabled: true,
        monitoringInterval: 15,
        vpcSecurityGroupIds: ["database-id"],
        applyImmediately: false,
      });
      assert.equal(cluster.protect, true);
      assert.equal(only(staging, "rds.Cluster", "database").protect, false);
      assert.equal(ofType(prod, "rds.ClusterInstance").length, 0);
    });

    it("takes connections over TLS only", () => {
      const group = only(prod, "rds.ClusterParameterGroup", "database");
      has(group, { family: "mysql8.4" });
      const values = z
        .array(z.object({ name: z.string(), value: z.string() }))
        .parse(group.inputs.parameters)
        .map(({ name, value }) => `${name}=${value}`);
      assert.ok(values.includes("require_secure_transport=1"));
      assert.ok(values.includes("tls_version=TLSv1.2,TLSv1.3"));
    });

    it("does not fight for the operations that gp3 includes, which RDS tells as if they had been asked for", async () => {
      assert.deepEqual(only(prod, "rds.Cluster", "database").ignoreChanges, ["iops"]);
      const provisioned = await programStack("prod", {
        aws: { database: { instanceClass: "db.r6gd.large", storageGiB: 200, iops: 3000 } },
      });
      const cluster = only(provisioned, "rds.Cluster", "database");
      has(cluster, { storageType: "io1", iops: 3000 });
      assert.deepEqual(cluster.ignoreChanges, []);
    });

    for (const [what, replaced, changes] of [
      ["another name", true, { database: { name: "other" } }],
      ["another kind", true, { aws: { database: { kind: "instance", instanceClass: "db.m7g.large" } } }],
      ["more storage", false, { aws: { database: { storageGiB: 200 } } }],
    ] as const) {
      it(`leaves a final snapshot of ${replaced ? "another" : "the same"} name with ${what}`, async () => {
        const keepers = (stack: Stack) =>
          only(stack, "random:index/randomId:RandomId", "database-final-snapshot").inputs.keepers;
        const changed = keepers(await programStack("staging", changes));
        assert.equal(isDeepStrictEqual(changed, keepers(staging)), !replaced);
      });
    }

    it("has its master password changed by RDS", () => {
      has(only(prod, "secretsmanager.SecretRotation", "database-master"), {
        rotationRules: { automaticallyAfterDays: 30 },
      });
    });

    it("keeps its logs for as long as the configuration says", () => {
      has(only(prod, "cloudwatch.LogGroup", "database-slowquery"), {
        name: "/aws/rds/cluster/foobar-prod-database/slowquery",
        retentionInDays: 90,
      });
    });

    it("gives the application an account of its own, whose secret servers read at run time", () => {
      const secret = only(prod, "secretsmanager.SecretVersion", "database-site");
      assert.deepEqual(secret.secretInputs, ["secretString"]);
      assert.deepEqual(JSON.parse(String(secret.inputs.secretString)), {
        writer: { host: "foobar-prod-database.cluster.rds.amazonaws.com", port: 3306 },
        reader: { host: "foobar-prod-database.cluster-ro.rds.amazonaws.com", port: 3306 },
        user: "site",
        username: "site",
        password: "password-of-database-site",
        database: "foobar",
        ca: "/etc/foobar/site/database-ca.pem",
      });
      const { accounts } = z
        .object({ accounts: z.array(z.object({ grants: z.array(z.string()) })) })
        .parse(JSON.parse(String(only(prod, "lambda.Invocation", "database-setup").inputs.input)));
      assert.deepEqual(
        accounts.map(({ grants }) => grants),
        [["SELECT, INSERT, UPDATE, DELETE ON `foobar`.*"]],
      );
    });

    it("is set up by a function whose code may not touch the network's interfaces itself", () => {
      const [allowed, denied] = policyOf(only(prod, "iam.RolePolicy", "database-setup")).filter(
        ({ Action }) => [Action].flat().includes("ec2:CreateNetworkInterface"),
      );
      assert.equal(allowed?.Effect, "Allow");
      assert.deepEqual(denied, {
        Sid: "ButNotForItsOwnCode",
        Effect: "Deny",
        Action: allowed?.Action,
        Resource: "*",
        Condition: {
          ArnEquals: {
            "lambda:SourceFunctionArn":
              "arn:aws:lambda:eu-west-1:123456789012:function:foobar-prod-database-setup",
          },
        },
      });
    });

    it("tells the set-up no password", () => {
      assert.doesNotMatch(
        JSON.stringify(only(prod, "lambda.Invocation", "database-setup").inputs),
        /password-of/,
      );
      has(only(prod, "lambda.Function", "database-setup"), {
        vpcConfig: {
          subnetIds: zones.map((zone) => `application-${zone}-id`),
          securityGroupIds: ["deployment-id"],
        },
      });
    });

    it("becomes a Multi-AZ instance by configuration", async () => {
      const stack = await programStack("staging", {
        aws: { database: { kind: "instance", instanceClass: "db.m7g.large" } },
      });
      has(only(stack, "rds.Instance", "database"), {
        engine: "mysql",
        multiAz: true,
        storageEncrypted: true,
        publiclyAccessible: false,
        dbName: "foobar",
        manageMasterUserPassword: true,
      });
      has(only(stack, "rds.ParameterGroup", "database"), { family: "mysql8.4" });
      assert.equal(ofType(stack, "rds.Cluster").length, 0);
    });

    it("becomes Aurora by configuration: a writer and two readers", async () => {
      const stack = await programStack("staging", {
        aws: {
          database: {
            kind: "aurora",
            engineVersion: "8.0.mysql_aurora.3.10.0",
            instanceClass: "db.r8g.large",
          },
        },
      });
      has(only(stack, "rds.Cluster", "database"), {
        engine: "aurora-mysql",
        dbClusterInstanceClass: undefined,
        allocatedStorage: undefined,
      });
      const instances = ofType(stack, "rds.ClusterInstance");
      assert.deepEqual(
        instances.map(({ name, inputs }) => [name, inputs.promotionTier]),
        [
          ["database-a", 0],
          ["database-b", 1],
          ["database-c", 2],
        ],
      );
    });

    it("is reached through a proxy when asked, over TLS only", async () => {
      const stack = await programStack("staging", { aws: { database: { proxy: true } } });
      has(only(stack, "rds.Proxy", "database-proxy"), {
        requireTls: true,
        engineFamily: "MYSQL",
        vpcSecurityGroupIds: ["database-id"],
      });
      has(only(stack, "rds.ProxyTarget", "database-proxy"), {
        dbClusterIdentifier: "foobar-staging-database",
      });
      const secret = String(only(stack, "secretsmanager.SecretVersion", "database-site").inputs.secretString);
      assert.match(secret, /"writer":\{"host":"database-proxy\.proxy/);
      assert.match(secret, /"reader":\{"host":"database-proxy-readers\.proxy/);
    });
  });

  describe("monitoring", () => {
    it("runs the CloudWatch agent on every server", () => {
      for (const name of ["web-1", "web-2", "web-3"]) {
        assert.match(userDataOf(prod, name), /amazon-cloudwatch-agent-ctl/);
        assert.match(userDataOf(prod, name), new RegExp(`"server\\\\": \\\\"${name}\\\\"`));
      }
    });

    it("says nothing of Sumo Logic unless it is configured", () => {
      assert.doesNotMatch(userDataOf(prod, "web-1"), /sumologic/);
      assert.ok(!prod.resources.some(({ name }) => name === "sumo-logic"));
    });

    it("runs Sumo Logic's collector with its token from Secrets Manager; one server watches the database", async () => {
      const stack = await programStack("staging", {
        monitoring: { sumoLogic: "the-token" },
        aws: {
          agents: {
            sumoLogic: { url: "https://packages.example.com/otelcol-sumo.deb", sha256: "a".repeat(64) },
          },
        },
      });
      const token = only(stack, "secretsmanager.SecretVersion", "sumo-logic");
      assert.equal(token.inputs.secretString, "the-token");
      assert.deepEqual(token.secretInputs, ["secretString"]);
      assert.match(userDataOf(stack, "web-2"), /127\.0\.0\.1:8081/);
      for (const name of ["web-1", "web-2", "web-3"]) {
        const text = userDataOf(stack, name);
        assert.match(text, /otelcol-sumo/);
        assert.doesNotMatch(text, /the-token/);
        assert.equal(/\\"mysql\\": \{/.test(text), name === "web-1", name);
      }
      const { accounts } = z
        .object({ accounts: z.array(z.object({ grants: z.array(z.string()) })) })
        .parse(JSON.parse(String(only(stack, "lambda.Invocation", "database-setup").inputs.input)));
      assert.deepEqual(accounts[1]?.grants, [
        "PROCESS, REPLICATION CLIENT ON *.*",
        "SELECT ON performance_schema.*",
      ]);
    });

    it("draws the dashboard and tells its URL", () => {
      assert.match(prod.result.dashboards.metrics ?? "", /#dashboards:name=foobar-prod$/);
      const body = String(only(prod, "cloudwatch.Dashboard", "dashboard").inputs.dashboardBody);
      for (const metric of [
        "RequestCount",
        "TargetResponseTime",
        "p99",
        "HTTPCode_Target_5XX_Count",
        "HealthyHostCount",
        "ReplicaLag",
        "DatabaseConnections",
        "FreeStorageSpace",
        "DaysToExpiry",
        "certificate_days",
        "denied_packets",
        "rejected_flows",
        "BlockedRequests",
      ]) {
        assert.ok(body.includes(metric), metric);
      }
    });

    it("raises an alarm for each signal with a threshold, and for no other", () => {
      has(only(prod, "cloudwatch.MetricAlarm", "latency-p99"), {
        threshold: 1,
        comparisonOperator: "GreaterThanThreshold",
        alarmActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
      });
      has(only(prod, "cloudwatch.MetricAlarm", "healthy-servers"), {
        threshold: 3,
        comparisonOperator: "LessThanThreshold",
        treatMissingData: "breaching",
      });
      // GiB in the configuration, bytes at CloudWatch.
      has(only(prod, "cloudwatch.MetricAlarm", "database-storage-instance-1"), { threshold: 40 * 2 ** 30 });
      const names = ofType(staging, "cloudwatch.MetricAlarm").map(({ name }) => name);
      assert.ok(names.includes("latency-p99"));
      assert.ok(!names.some((name) => name.startsWith("host-cpu")));
    });

    it("decides of every alarm what no data means: trouble where the number must be there, and nothing to hear of", () => {
      const decided = ofType(prod, "cloudwatch.MetricAlarm").map(
        ({ name, inputs }) => [name, inputs.treatMissingData] as const,
      );
      const named = (wanted: string) =>
        decided.flatMap(([name, missing]) => (missing === wanted ? [name] : [])).sort();
      const each = (name: string, ...of: readonly string[]) => of.map((one) => `${name}-${one}`);
      const servers = ["web-1", "web-2", "web-3"];
      const nodes = ["instance-1", "instance-2", "instance-3"];
      assert.deepEqual(named("breaching"), [
        ...each("database-cpu", ...nodes),
        ...each("database-memory", ...nodes),
        ...each("database-storage", ...nodes),
        "healthy-servers",
        ...each("host-up", ...servers),
        "site-down-no-server",
        "site-unreachable",
      ]);
      assert.deepEqual(named("notBreaching"), [
        ...each("database-connections", ...nodes),
        ...each("database-lag", ...nodes),
        ...each("denied-packets", ...servers),
        "error-ratio",
        ...each("host-cpu", ...servers),
        ...each("host-disk", ...servers),
        ...each("host-memory", ...servers),
        "latency-p99",
        "rejected-flows",
        "site-down-errors",
        "waf-blocked",
      ]);
      // Told once a day, not before a day: staying away is told, not having come yet is not.
      assert.deepEqual(named("missing"), each("certificate-days", "visitors", ...servers));
      for (const name of named("missing"))
        has(only(prod, "cloudwatch.MetricAlarm", name), {
          insufficientDataActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
        });
      assert.equal(
        decided.length,
        named("breaching").length + named("notBreaching").length + named("missing").length,
      );
    });

    it("tells of a server whose agent is silent, in every stack, and not of one that is being made", () => {
      for (const stack of [staging, prod]) {
        const alarms = ofType(stack, "cloudwatch.MetricAlarm").filter(({ name }) => /^host-up-/.test(name));
        assert.equal(alarms.length, ofType(stack, "autoscaling.Group").length);
        for (const alarm of alarms)
          has(alarm, { threshold: 1, comparisonOperator: "LessThanThreshold", evaluationPeriods: 10 });
      }
    });

    it("wakes somebody when the site is down", () => {
      has(only(prod, "cloudwatch.CompositeAlarm", "site-down"), {
        alarmRule: 'ALARM("foobar-prod-site-down-no-server") OR ALARM("foobar-prod-site-down-errors")',
        alarmActions: ["arn:aws:sns:eu-west-1:123456789012:alarms"],
      });
      has(only(prod, "sns.TopicSubscription", "alarms-operations@foobar.com"), {
        protocol: "email",
        endpoint: "operations@foobar.com",
      });
    });

    it("looks at the site from outside, where health checks report", () => {
      has(only(prod, "route53.HealthCheck", "site"), {
        type: "HTTPS",
        fqdn: "www.foobar.com",
        resourcePath: "/health/ready",
        enableSni: true,
      });
      has(only(prod, "cloudwatch.MetricAlarm", "site-unreachable"), { region: "us-east-1" });
    });

    it("has topics whose keys let alarms through, which AWS's own key does not", () => {
      for (const [topic, key] of [
        ["alarms", "data"],
        ["alarms-outside", "alarms-outside"],
      ] as const) {
        has(only(prod, "sns.Topic", topic), {
          kmsMasterKeyId: `arn:aws:kms:eu-west-1:123456789012:key/${key}`,
        });
        const [alarms] = policyOf(only(prod, "kms.Key", key)).filter(({ Sid }) => Sid?.startsWith("Alarms"));
        assert.deepEqual(alarms?.Action, ["kms:Decrypt", "kms:GenerateDataKey*"]);
      }
      has(only(prod, "kms.Key", "alarms-outside"), { region: "us-east-1", enableKeyRotation: true });
    });

    it("needs no second topic where health checks report to the stack's own region", async () => {
      const stack = await programStack("staging", {
        aws: {
          region: "us-east-1",
          zones: { a: "us-east-1a", b: "us-east-1b", c: "us-east-1c" },
        },
      });
      assert.deepEqual(
        ofType(stack, "sns.Topic").map(({ name }) => name),
        ["alarms"],
      );
    });
  });

  describe("everything", () => {
    it("carries tags, and stands in the configured account and region only", () => {
      const provider = only(prod, "pulumi:providers:aws", "aws");
      assert.deepEqual(record.parse(provider.inputs).region, "eu-west-1");
      assert.match(JSON.stringify(provider.inputs), /123456789012/);
      assert.match(JSON.stringify(provider.inputs), /environment.*production/);
    });

    it("which holds data is protected in prod", () => {
      const kept = prod.resources.filter(({ protect }) => protect).map(({ type, name }) => `${type} ${name}`);
      assert.deepEqual(kept.sort(), [
        "aws:kms/key:Key alarms-outside",
        "aws:kms/key:Key data",
        "aws:lb/loadBalancer:LoadBalancer balancer",
        "aws:rds/cluster:Cluster database",
        "aws:s3/bucket:Bucket access-logs",
        "aws:s3/bucket:Bucket artifacts",
      ]);
      has(only(prod, "kms.Key", "data"), { enableKeyRotation: true, deletionWindowInDays: 30 });
    });

    it("encrypts its logs with the stack's key", () => {
      for (const group of ofType(prod, "cloudwatch.LogGroup")) {
        has(group, { kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/data" });
      }
    });

    it("differs between the environments by configuration alone", async () => {
      const config = { ...committedConfig("prod") };
      const { mockedStack } = await import("../../support/mockedStack.ts");
      const { loadSettings } = await import("../../../config/load.ts");
      const { buildStack } = await import("../../../components/clouds.ts");
      const renamed = await mockedStack({ stack: "other", config }, () => buildStack("web", loadSettings()));
      const shape = (stack: Stack) => stack.resources.map(({ type, name }) => `${type} ${name}`).sort();
      assert.deepEqual(shape(renamed), shape(prod));
    });
  });
});
