/** The entrance: TLS, redirect, headers, and the hop behind it. */
import { z } from "zod";
import { flag, listOf, text } from "../properties.ts";
import { resourceRule } from "../rule.ts";

const listeners = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const balancers = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const targetGroups = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];

/** @param allowed names of ELB security policies that take nothing older than TLS 1.2 with forward secrecy */
export const listenerTlsPolicy = (allowed: readonly string[]) =>
  resourceRule({
    name: "listener-tls-policy",
    description: "Listeners that decrypt take TLS 1.2 or newer with forward secrecy.",
    remedy: `Use one of ${allowed.join(", ")}`,
    types: listeners,
    reads: z.object({ protocol: text, sslPolicy: text }),
    problems: ({ protocol, sslPolicy }) =>
      (protocol === "HTTPS" || protocol === "TLS") && !allowed.includes(sslPolicy ?? "")
        ? [`decrypts by the policy ${sslPolicy ?? "that AWS chooses"}`]
        : [],
  });

export const plainListenersRedirect = () =>
  resourceRule({
    name: "plain-listeners-redirect",
    description: "Plain HTTP is answered with a redirect to HTTPS and nothing else.",
    remedy: "Make its only action a redirect to HTTPS",
    types: listeners,
    reads: z.object({
      protocol: text,
      defaultActions: listOf(z.object({ type: text, redirect: z.object({ protocol: text }).nullish() })),
    }),
    problems: ({ protocol, defaultActions }) =>
      protocol === "HTTP" &&
      !defaultActions.every(({ type, redirect }) => type === "redirect" && redirect?.protocol === "HTTPS")
        ? ["serves plain HTTP"]
        : [],
  });

export const balancerHardened = () =>
  resourceRule({
    name: "balancer-hardened",
    description: "An ALB drops invalid headers, guards against request smuggling and logs who came.",
    remedy:
      "Set dropInvalidHeaderFields, a desyncMitigationMode of defensive or strictest, and accessLogs.enabled",
    types: balancers,
    reads: z.object({
      loadBalancerType: text,
      dropInvalidHeaderFields: flag,
      desyncMitigationMode: text,
      accessLogs: z.object({ enabled: flag }).nullish(),
    }),
    problems: ({ loadBalancerType, dropInvalidHeaderFields, desyncMitigationMode, accessLogs }) => [
      ...(accessLogs?.enabled ? [] : ["keeps no access log"]),
      ...(loadBalancerType === "network" || dropInvalidHeaderFields
        ? []
        : ["lets invalid header fields through"]),
      ...(desyncMitigationMode === "monitor" ? ["lets smuggled requests through"] : []),
    ],
  });

export const targetsEncrypted = () =>
  resourceRule({
    name: "targets-encrypted",
    description: "The hop behind the balancer is encrypted, health checks too.",
    remedy: "Use HTTPS (or TCP, which passes TLS through) and HTTPS health checks",
    types: targetGroups,
    reads: z.object({
      protocol: text,
      port: z.number().nullish(),
      healthCheck: z.object({ protocol: text }).nullish(),
    }),
    problems: ({ protocol, port, healthCheck }) => [
      ...(protocol === "HTTP" ? ["is reached over plain HTTP"] : []),
      // What is passed to the redirect port is the visitor's own plain HTTP.
      ...(port !== 80 && healthCheck?.protocol === "HTTP" ? ["is checked over plain HTTP"] : []),
    ],
  });
