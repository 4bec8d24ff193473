import { about, type Case } from "../support/resource.ts";

const listener = "aws:lb/listener:Listener";
const balancer = "aws:lb/loadBalancer:LoadBalancer";
const targets = "aws:lb/targetGroup:TargetGroup";

const hardened = {
  loadBalancerType: "application",
  dropInvalidHeaderFields: true,
  desyncMitigationMode: "defensive",
  accessLogs: { enabled: true, bucket: "logs" },
};

export const entranceCases: readonly Case[] = [
  about(
    "listener-tls-policy",
    listener,
    { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" },
    [{ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" }, /policy ELBSecurityPolicy-2016-08/],
    [{ protocol: "TLS" }, /that AWS chooses/],
  ),
  about(
    "plain-listeners-redirect",
    listener,
    { protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }] },
    [{ protocol: "HTTP", defaultActions: [{ type: "forward" }] }, /serves plain HTTP/],
    [
      { protocol: "HTTP", defaultActions: [{ type: "redirect", redirect: { protocol: "HTTP" } }] },
      /serves plain HTTP/,
    ],
  ),
  about(
    "balancer-hardened",
    balancer,
    hardened,
    [{ ...hardened, dropInvalidHeaderFields: false }, /invalid header fields/],
    [{ ...hardened, desyncMitigationMode: "monitor" }, /smuggled/],
    [{ ...hardened, accessLogs: undefined }, /no access log/],
  ),
  about(
    "targets-encrypted",
    targets,
    { protocol: "HTTPS", port: 443, healthCheck: { protocol: "HTTPS" } },
    [{ protocol: "HTTP", port: 8080, healthCheck: { protocol: "HTTPS" } }, /reached over plain HTTP/],
    [{ protocol: "TCP", port: 443, healthCheck: { protocol: "HTTP" } }, /checked over plain HTTP/],
  ),
];
