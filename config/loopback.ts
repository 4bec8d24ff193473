/** Whether a host is this machine's own loopback, as a receiver of alerts may name it. */
export const isLoopback = (host: string): boolean => host === "localhost" || host === "127.0.0.1";
