import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Certificates, type CertificatesArgs, type KeyPair, type Purpose } from "../certificates.ts";
import type { Member } from "../members.ts";
import { PrivateAuthority, type Subject } from "../privateAuthority.ts";
import type { AwsFoundation } from "./foundation.ts";
import type { AwsNetwork } from "./network.ts";

/** Seconds that resolvers may keep the record that proves ownership. */
const proofSeconds = 300;

/** Only servers of our own show a certificate of our own; their agents only call out. */
const subjectsOf = (members: readonly Member[]): readonly Subject[] =>
  members
    .filter(({ managed }) => !managed)
    .map(({ name }) => ({
      name,
      commonName: name,
      dnsNames: [name],
      ipAddresses: [],
      uses: ["server"],
    }));

/** The stack's own authority for the hop behind the balancer, and the visitors' certificate from ACM. */
export class AwsCertificates extends Certificates {
  readonly caCertificate: pulumi.Output<string>;
  /** ARN of the visitors' certificate, known only once ACM has found it valid. */
  readonly visitorArn: pulumi.Output<string>;
  /** An imported certificate with its chain, for servers that decrypt themselves; null when ACM keeps the key. */
  readonly visitor: KeyPair | null;
  /** The public zone that holds the domain; null when none is configured. */
  readonly hostedZoneId: pulumi.Output<string> | null;
  private readonly authority: PrivateAuthority;

  constructor(
    name: string,
    args: CertificatesArgs<AwsNetwork>,
    foundation: AwsFoundation,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("foobar:aws:Certificates", name, {}, opts);
    const { domain, members, validDays, renewBeforeDays } = args;
    this.authority = new PrivateAuthority(
      "authority",
      { organization: domain, subjects: subjectsOf(members), validDays, renewBeforeDays },
      { parent: this },
    );
    this.caCertificate = this.authority.caCertificate;

    const { hostedZone, certificate } = foundation.aws;
    this.hostedZoneId =
      hostedZone === undefined
        ? null
        : aws.route53.getZoneOutput({ name: hostedZone, privateZone: false }, { parent: this }).zoneId;
    this.visitor =
      certificate === undefined
        ? null
        : {
            certificate: pulumi.output([certificate.certificate, certificate.chain ?? ""].join("\n")),
            key: certificate.key,
          };
    this.visitorArn = certificate === undefined ? this.issued(domain) : this.imported(certificate);
    this.registerOutputs({ caCertificate: this.caCertificate, visitorArn: this.visitorArn });
  }

  of(member: Member, purpose: Purpose): KeyPair {
    if (purpose === "agent") throw new Error(`the agent of ${member.name} shows no certificate on AWS`);
    return this.authority.of(member.name);
  }

  private imported(given: NonNullable<AwsFoundation["aws"]["certificate"]>): pulumi.Output<string> {
    const { certificate, chain, key } = given;
    return new aws.acm.Certificate(
      "visitor",
      {
        certificateBody: certificate,
        privateKey: key,
        ...(chain === undefined ? {} : { certificateChain: chain }),
      },
      { parent: this },
    ).arn;
  }

  /** Issued by ACM, which renews it as long as the record stands. */
  private issued(domain: string): pulumi.Output<string> {
    if (this.hostedZoneId === null) {
      throw new Error("a certificate can be issued only with a hosted zone to prove ownership in");
    }
    const certificate = new aws.acm.Certificate(
      "visitor",
      {
        domainName: domain,
        validationMethod: "DNS",
        keyAlgorithm: "EC_prime256v1",
        options: { certificateTransparencyLoggingPreference: "ENABLED" },
      },
      { parent: this },
    );
    // One name, so one proof.
    const proof = certificate.domainValidationOptions.apply(([first]) => {
      if (!first) throw new Error(`ACM asks for no proof that ${domain} is ours`);
      return first;
    });
    const record = new aws.route53.Record(
      "visitor-validation",
      {
        zoneId: this.hostedZoneId,
        name: proof.apply(({ resourceRecordName }) => resourceRecordName),
        type: proof.apply(({ resourceRecordType }) => resourceRecordType),
        records: [proof.apply(({ resourceRecordValue }) => resourceRecordValue)],
        ttl: proofSeconds,
        allowOverwrite: true,
      },
      { parent: this },
    );
    return new aws.acm.CertificateValidation(
      "visitor",
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      { parent: this },
    ).certificateArn;
  }
}
