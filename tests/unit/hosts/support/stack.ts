/** A small stack for tests. */
export const balancers = [
  { name: "lb-1", address: "10.77.0.11" },
  { name: "lb-2", address: "10.77.0.12" },
];
export const webs = [
  { name: "web-1", address: "10.77.1.11" },
  { name: "web-2", address: "10.77.1.12" },
];
export const databases = [
  { name: "db-1", address: "10.77.2.11" },
  { name: "db-2", address: "10.77.2.12" },
  { name: "db-3", address: "10.77.2.13" },
];
/** Hosts whose logs the monitor keeps. */
export const logged = [
  { name: "web-1", address: "10.77.96.10" },
  { name: "monitor", address: "10.77.192.10" },
];
export const limits = {
  requestsPer10s: 250,
  connections: 40,
  bodyKiB: 64,
  drainSeconds: 30,
  finishSeconds: 600,
};
