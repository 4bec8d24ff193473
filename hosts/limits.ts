/**
 * Every limit of the way between visitor and application, each once. The web server, which both clouds have, decides;
 * what stands before it and behind it lets a little more through, so that a visitor meets the same limit everywhere.
 */

/** What may be how large, in bytes. */
export const sizes = {
  /** Method, URL and version: what Apache and nginx take by default; half of what an ALB takes. */
  requestLine: 8192,
  /** Name and value of one request header; all cookies are one. Half of what an ALB takes. */
  requestHeader: 8192,
  /** Request line and all headers together: what Node takes by default; a quarter of what an ALB takes. */
  requestHead: 16_384,
  /** Status line and all headers of an answer: half of what an ALB takes. */
  responseHead: 16_384,
} as const;

/** Request headers; Node takes 2000 and drops what is above without a word. */
export const headerCount = 256;

/** How long what may take, in seconds. */
export const times = {
  /** Until a request's head is here. */
  requestHead: 10,
  /** In which no byte of a request's body comes. */
  uploadSilence: 10,
  /**
   * In which the application says nothing, before its answer or in it, or the visitor takes nothing of it. nginx's and
   * an ALB's own default.
   */
  silence: 60,
  /** That a visitor's connection is kept for its next request. */
  idleConnection: 60,
  /** What copies, fills, or reads through a whole database: longer than any disk takes, so that only what hangs ends. */
  databaseCopy: 3600,
  /** In which nothing moves in the data of a database server that starts, recovers, or fetches what it lacks. */
  databaseSilence: 120,
  /** What the set-up on AWS may take besides schema.sql. A function ends after 900 in all. */
  setUp: 60,
} as const;

/** How much later than the web server those before it give up, seconds: the answer that it gives then still comes. */
const spare = 5;

/** Seconds of silence after which a balancer gives up. */
export const balancerSilence = times.silence + spare;

/**
 * Seconds for which the web server keeps a balancer's connection: longer than a balancer does, so that it is never the
 * web server that closes one which is just being used.
 */
export const balancerConnection = balancerSilence + 2 * spare;

/** Seconds of silence on a connection that is passed on unread: a balancer of that kind on AWS waits 350. */
export const passedOnSilence = 300;

/** What each tier adds to a request at most: X-Forwarded-For and the like, 500 bytes in all. */
const addedHead = 1024;

/** Head of a request as the web server gets it from a balancer that decrypts. */
export const webHead = sizes.requestHead + addedHead;

/** Head of a request as the application gets it. */
export const applicationHead = webHead + addedHead;

/**
 * HAProxy's buffer: a head with what is added, and 8 bytes for each header that HAProxy keeps besides. What does not
 * fit gets 400. Each request under way has two of them at most.
 */
export const balancerBuffer = 2 * sizes.requestHead;

/**
 * Head and body of a request that HAProxy can repeat: what fits into its buffer, without the 1 KiB that it reserves. Of a
 * longer one the beginning is gone once it was passed on.
 */
export const repeatableRequest = balancerBuffer - 1024;

/** Longest line of an access log: a URL in which each byte is escaped, and what stands around it. */
export const logLine = 2 * sizes.requestLine + 4096;

/** Longest line that whoever keeps or forwards a log keeps whole, bytes: longer ones become several. */
export const keptLine = 65_536;

/** Size of the web server's buffer for the first line of a request; longer lines get one of the large buffers each. */
export const firstBuffer = 1024;

/** Large buffers: two that follow each other hold more than one line may have, so that any head has room. */
export const largeBuffers = (2 * sizes.requestHead) / sizes.requestHeader;

/** A regular expression for the whole numbers above one. */
export function above(limit: number): string {
  const digits = String(limit);
  const larger = [...digits].flatMap((digit, index) =>
    digit === "9"
      ? []
      : [`${digits.slice(0, index)}[${Number(digit) + 1}-9]\\d{${digits.length - index - 1}}`],
  );
  return `^(${[...larger, `\\d{${digits.length + 1},}`].join("|")})$`;
}
