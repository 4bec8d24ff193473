/** What AWS, onebox, tls and random would answer: the few properties of each resource that the program reads. */

type Properties = Readonly<Record<string, unknown>>;

export const account = "123456789012";

const arn = (service: string, rest: string) => `arn:aws:${service}:eu-west-1:${account}:${rest}`;

const pem = (label: string, name: string) => `-----BEGIN ${label}-----\n${name}\n-----END ${label}-----\n`;

/** The ARN of a resource in AWS's own form, where a checker of policies looks at it. */
function arnOf(type: string, name: string): string {
  switch (type) {
    case "aws:s3/bucket:Bucket":
      return `arn:aws:s3:::${name}`;
    case "aws:cloudwatch/logGroup:LogGroup":
      return arn("logs", `log-group:${name}`);
    case "aws:secretsmanager/secret:Secret":
      return arn("secretsmanager", `secret:${name}`);
    case "aws:kms/key:Key":
      return arn("kms", `key/${name}`);
    default: {
      const [service = ""] = (type.split(":")[1] ?? "").split("/");
      return arn(service, name);
    }
  }
}

function ofType(type: string, name: string, inputs: Properties): Properties {
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: pem("PRIVATE KEY", name) };
    case "tls:index/selfSignedCert:SelfSignedCert":
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: pem("CERTIFICATE", name) };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: pem("CERTIFICATE REQUEST", name) };
    case "random:index/randomPassword:RandomPassword":
      return { result: `password-of-${name}` };
    case "random:index/randomId:RandomId":
      return { hex: "0badcafe" };
    case "aws:acm/certificate:Certificate":
      return {
        domainValidationOptions: [
          {
            domainName: inputs.domainName,
            resourceRecordName: "_proof.example",
            resourceRecordType: "CNAME",
            resourceRecordValue: "_value.example",
          },
        ],
      };
    case "aws:acm/certificateValidation:CertificateValidation":
      return { certificateArn: `${String(inputs.certificateArn)}#validated` };
    case "aws:route53/record:Record":
      return { fqdn: inputs.name };
    case "aws:lb/loadBalancer:LoadBalancer":
      return {
        arnSuffix: `app/${name}/1`,
        dnsName: `${name}.elb.amazonaws.com`,
        zoneId: "Z1",
      };
    case "aws:lb/targetGroup:TargetGroup":
      return { arnSuffix: `targetgroup/${name}/1` };
    case "aws:rds/cluster:Cluster":
      return {
        endpoint: `${String(inputs.clusterIdentifier)}.cluster.rds.amazonaws.com`,
        readerEndpoint: `${String(inputs.clusterIdentifier)}.cluster-ro.rds.amazonaws.com`,
        masterUserSecrets: [{ secretArn: arn("secretsmanager", "secret:rds-master") }],
      };
    case "aws:rds/instance:Instance":
      return {
        address: `${String(inputs.identifier)}.rds.amazonaws.com`,
        masterUserSecrets: [{ secretArn: arn("secretsmanager", "secret:rds-master") }],
      };
    case "aws:rds/proxy:Proxy":
    case "aws:rds/proxyEndpoint:ProxyEndpoint":
      return { endpoint: `${name}.proxy.rds.amazonaws.com` };
    case "aws:s3/bucket:Bucket":
      return { bucket: `${String(inputs.bucketPrefix)}1` };
    case "aws:secretsmanager/secretVersion:SecretVersion":
      return { versionId: `version-of-${name}` };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { latestVersion: 1 };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return { prefixListId: "pl-s3" };
    case "aws:kms/key:Key":
      return { keyId: `${name}-key` };
    case "onebox:index:Sandbox":
      return { handle: { directory: inputs.directory, incarnation: "one" } };
    case "onebox:index:Host":
      return {
        handle: {
          sandbox: { directory: ".onebox/stacks/dev", incarnation: "one" },
          name,
          number: inputs.number,
        },
      };
    case "onebox:index:Endpoint":
      return { url: `https://${name}.example:8443` };
    default:
      return {};
  }
}

/** Outputs of a resource: its inputs, an ARN, and what AWS adds. */
export function mockedState(type: string, name: string, inputs: Properties): Record<string, unknown> {
  return { arn: arnOf(type, name), name, ...inputs, ...ofType(type, name, inputs) };
}

/** Answers of functions. */
export function mockedCall(token: string, inputs: Properties): Record<string, unknown> {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: account };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws" };
    case "aws:route53/getZone:getZone":
      return { zoneId: `zone-of-${String(inputs.name)}` };
    case "aws:ssm/getParameter:getParameter":
      return { insecureValue: "ami-0fedcba9876543210" };
    case "aws:rds/getClusters:getClusters":
      return { clusterIdentifiers: [] };
    case "aws:rds/getInstances:getInstances":
      return { instanceIdentifiers: [] };
    case "onebox:index:standingHosts":
      return { hosts: [] };
    default:
      throw new Error(`the mocks know no function ${token}`);
  }
}
