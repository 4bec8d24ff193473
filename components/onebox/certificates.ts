import type * as pulumi from "@pulumi/pulumi";
import { Certificates, type CertificatesArgs, type KeyPair, type Purpose } from "../certificates.ts";
import type { Member } from "../members.ts";
import { PrivateAuthority, type Subject } from "../privateAuthority.ts";
import type { OneboxNetwork } from "./network.ts";

const visitorSubject = "visitor";

/** Names by which a member's tier is reached as a whole. */
const tierNames: Readonly<Record<string, readonly string[]>> = { database: ["database"] };

const subjectName = (member: Member, purpose: Purpose) => `${member.name}-${purpose}`;

function subjectsOf({ network, members, domain }: CertificatesArgs<OneboxNetwork>): readonly Subject[] {
  const both = ["server", "client"] as const;
  const ofMember = (member: Member, purpose: Purpose): Subject => ({
    name: subjectName(member, purpose),
    commonName: member.name,
    dnsNames: [member.name, ...(purpose === "service" ? (tierNames[member.tier] ?? []) : []), "localhost"],
    ipAddresses: [network.addressOf(member), "127.0.0.1"],
    uses: both,
  });
  const visitor: Subject = {
    name: visitorSubject,
    commonName: domain,
    dnsNames: [domain, "localhost"],
    ipAddresses: ["127.0.0.1", network.plan.virtual.address],
    uses: ["server"],
  };
  // In the order in which they are needed: the site's first.
  const all = (purpose: Purpose) => members.map((member) => ofMember(member, purpose));
  return [visitor, ...all("service"), ...all("agent")];
}

/** Every certificate of the stack from its own authority, the visitors' too. */
export class OneboxCertificates extends Certificates {
  readonly caCertificate: pulumi.Output<string>;
  /** What visitors are shown: the domain, localhost and the endpoint's addresses. */
  readonly visitor: KeyPair;
  private readonly authority: PrivateAuthority;

  constructor(name: string, args: CertificatesArgs<OneboxNetwork>, opts: pulumi.ComponentResourceOptions) {
    super("foobar:onebox:Certificates", name, {}, opts);
    const { domain, validDays, renewBeforeDays } = args;
    this.authority = new PrivateAuthority(
      "authority",
      { organization: domain, subjects: subjectsOf(args), validDays, renewBeforeDays },
      { parent: this },
    );
    this.caCertificate = this.authority.caCertificate;
    this.visitor = this.authority.of(visitorSubject);
    this.registerOutputs({ caCertificate: this.caCertificate });
  }

  of(member: Member, purpose: Purpose): KeyPair {
    return this.authority.of(subjectName(member, purpose));
  }
}
