/** Every rule of the pack, with the project's own choices. */
import type { Policies } from "@pulumi/policy";
import {
  balancerHardened,
  listenerTlsPolicy,
  plainListenersRedirect,
  targetsEncrypted,
} from "./aws/balancer.ts";
import {
  bucketPolicies,
  bucketsBlocked,
  bucketsEncrypted,
  bucketsHavePolicy,
  publicAccessBlocked,
} from "./aws/buckets.ts";
import {
  databasesBackedUp,
  databasesPrivate,
  databasesTlsOnly,
  deletionProtected,
  masterPasswordManaged,
} from "./aws/databases.ts";
import {
  databasesEncrypted,
  disksEncrypted,
  logsEncrypted,
  secretsEncrypted,
  topicsEncrypted,
} from "./aws/encryption.ts";
import { logsExpire } from "./aws/logs.ts";
import { namesTaken } from "./aws/names.ts";
import {
  defaultGroupClosed,
  descriptionsTaken,
  networksWatched,
  noRemoteLogin,
  openIngressAtBalancer,
  openIngressOnly,
} from "./aws/network.ts";
import {
  imagePinned,
  metadataV2Only,
  noKeyPair,
  noSecretsInFunctions,
  noSecretsInUserData,
} from "./aws/servers.ts";
import { instancesTagged, requiredTags } from "./aws/tags.ts";
import { topicsReached } from "./aws/topics.ts";
import { defaultDeny, hostsFiltered } from "./onebox/firewall.ts";
import { verifiedHops } from "./onebox/hops.ts";
import { keyFilesClosed, noSecretsInServices } from "./onebox/secrets.ts";

/** Hybrid post-quantum key exchange; TLS 1.2 with forward secrecy and AEAD only, or TLS 1.3 alone. */
const tlsPolicies = ["ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09"];

/** Whose it is, which stack, which environment. */
const tags = ["project", "stack", "environment"];

/** A week: a fault that is found after a weekend and a holiday can still be undone. */
const backupDays = 7;

/** SSH and RDP. */
const loginPorts = [22, 3389];

const publicPorts = [80, 443];

export const rules: Policies = [
  listenerTlsPolicy(tlsPolicies),
  plainListenersRedirect(),
  balancerHardened(),
  targetsEncrypted(),
  disksEncrypted(),
  databasesEncrypted(),
  secretsEncrypted(),
  logsEncrypted(),
  topicsEncrypted(),
  bucketsEncrypted(),
  bucketsBlocked(),
  publicAccessBlocked(),
  bucketsHavePolicy(),
  bucketPolicies(),
  openIngressOnly(publicPorts),
  openIngressAtBalancer(),
  noRemoteLogin(loginPorts),
  defaultGroupClosed(),
  descriptionsTaken(),
  networksWatched(),
  metadataV2Only(),
  imagePinned(),
  noKeyPair(),
  noSecretsInUserData(),
  noSecretsInFunctions(),
  deletionProtected(),
  databasesBackedUp(backupDays),
  databasesPrivate(),
  databasesTlsOnly(),
  masterPasswordManaged(),
  logsExpire(),
  namesTaken(),
  topicsReached(),
  requiredTags(tags),
  instancesTagged(tags),
  defaultDeny(),
  hostsFiltered(),
  verifiedHops(),
  keyFilesClosed(),
  noSecretsInServices(),
];
