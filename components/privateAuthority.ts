import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { KeyPair } from "./certificates.ts";

/** Who gets a certificate, and for what. */
export interface Subject {
  /** Identity: resources are named by it. */
  readonly name: string;
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Whether it is shown by the one who is called, by the caller, or both. */
  readonly uses: readonly ("server" | "client")[];
}

/** What an authority is made for. */
export interface PrivateAuthorityArgs {
  readonly organization: string;
  readonly subjects: readonly Subject[];
  /** Validity of issued certificates, days. */
  readonly validDays: number;
  /** Renewed by `pulumi up` when closer than this to the end, days. */
  readonly renewBeforeDays: number;
}

const hoursPerDay = 24;
/** The authority outlives what it issues, so that a renewal does not need new trust: ten years. */
const authorityDays = 3650;

/** P-256: what every client of the last ten years takes, with the smallest handshake. */
const keyKind = { algorithm: "ECDSA", ecdsaCurve: "P256" } as const;

const usesOf = { server: "server_auth", client: "client_auth" } as const;

/**
 * The stack's own certificate authority, and a certificate for each subject. Keys are secrets.
 * A certificate that nears its end is replaced by `pulumi up`.
 */
export class PrivateAuthority extends pulumi.ComponentResource {
  /** The authority's certificate, PEM. */
  readonly caCertificate: pulumi.Output<string>;
  private readonly pairs: ReadonlyMap<string, KeyPair>;

  constructor(name: string, args: PrivateAuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("foobar:index:PrivateAuthority", name, {}, opts);
    const at = { parent: this };
    const caKey = new tls.PrivateKey(`${name}-ca`, keyKind, at);
    const ca = new tls.SelfSignedCert(
      `${name}-ca`,
      {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: `${args.organization} private CA`, organization: args.organization },
        isCaCertificate: true,
        setSubjectKeyId: true,
        // It signs what is shown, and no further authority.
        maxPathLength: 0,
        validityPeriodHours: authorityDays * hoursPerDay,
        earlyRenewalHours: 2 * args.validDays * hoursPerDay,
        allowedUses: ["cert_signing", "crl_signing", "digital_signature"],
      },
      // A stack that stands keeps the authority that its servers and visitors know, under another domain too: servers that
      // change one after the other would not trust each other meanwhile.
      { ...at, ignoreChanges: ["maxPathLength", "subject"] },
    );
    this.caCertificate = ca.certPem;

    const issue = (subject: Subject): KeyPair => {
      const key = new tls.PrivateKey(subject.name, keyKind, at);
      const request = new tls.CertRequest(
        subject.name,
        {
          privateKeyPem: key.privateKeyPem,
          subject: { commonName: subject.commonName, organization: args.organization },
          dnsNames: [...subject.dnsNames],
          ipAddresses: [...subject.ipAddresses],
        },
        // A name beside the one that is checked: for it alone no certificate is made anew.
        { ...at, ignoreChanges: ["subject.organization"] },
      );
      const certificate = new tls.LocallySignedCert(
        subject.name,
        {
          certRequestPem: request.certRequestPem,
          caPrivateKeyPem: caKey.privateKeyPem,
          caCertPem: ca.certPem,
          validityPeriodHours: args.validDays * hoursPerDay,
          earlyRenewalHours: args.renewBeforeDays * hoursPerDay,
          allowedUses: ["digital_signature", ...subject.uses.map((use) => usesOf[use])],
          setSubjectKeyId: true,
        },
        at,
      );
      return { certificate: certificate.certPem, key: key.privateKeyPem };
    };
    this.pairs = new Map(args.subjects.map((subject) => [subject.name, issue(subject)] as const));
    this.registerOutputs({ caCertificate: this.caCertificate });
  }

  /** A subject's certificate and key. @throws Error for a name that is not among the subjects: a fault of the program. */
  of(name: string): KeyPair {
    const pair = this.pairs.get(name);
    if (!pair) throw new Error(`no certificate was issued to ${name}`);
    return pair;
  }
}
