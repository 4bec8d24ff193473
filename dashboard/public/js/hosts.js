// @ts-check
/** Tells which host a series belongs to. */

/** @import { Host, Labels, Sample } from "./types.d.ts" */

/** Labels that may carry a host's name, the most telling first. */
const hostLabels = ["host", "node", "server", "instance"];

/**
 * The host of a series; null when no label names one.
 * @param {Labels} labels
 * @param {readonly Host[]} hosts
 * @returns {Host | null}
 */
export function hostOf(labels, hosts) {
  for (const label of hostLabels) {
    const name = labels[label]?.replace(/:\d+$/, "");
    const host = hosts.find((candidate) => candidate.name === name);
    if (host !== undefined) return host;
  }
  return null;
}

/**
 * The series of a host; when it has several (disks, certificates), all of them.
 * @param {readonly Sample[]} samples
 * @param {Host} host
 * @param {readonly Host[]} hosts
 * @returns {Sample[]}
 */
export function samplesOf(samples, host, hosts) {
  return samples.filter(({ labels }) => hostOf(labels, hosts) === host);
}
