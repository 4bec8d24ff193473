/**
 * Spares the program what the Pulumi SDK does only for its own debugging, for functions stored in the state and for
 * driving the CLI, which this program has none of: half of a preview's time. To be imported before anything that
 * imports the SDK. With PULUMI_DEBUG_PROMISE_LEAKS set, the SDK's own variable for finding faults with, all is as it is
 * shipped.
 */
import { createRequire, Module } from "node:module";

const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));

/** Leaves a module out that the SDK loads with itself and this program never calls. */
function leaveOut(name: string): void {
  const path = require.resolve(name);
  require.cache[path] ??= Object.assign(new Module(path), { filename: path, loaded: true });
}

type Method = (...args: unknown[]) => unknown;

/** Puts something else in the place of a function that others call through its module or class. */
function replace(owner: object, name: string, by: (original: Method) => Method): void {
  const original: unknown = Reflect.get(owner, name);
  if (typeof original !== "function") throw new Error(`the Pulumi SDK has no ${name} any more`);
  Reflect.set(
    owner,
    name,
    by((...args) => Reflect.apply(original, owner, args)),
  );
}

/** Errors made meanwhile, to remember where a promise was made, remember nothing. */
const untraced =
  (original: Method): Method =>
  (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return original(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };

if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  // The CLI's runner translates stack traces for compiled programs; Node runs this one as it is written.
  Reflect.deleteProperty(Error, "prepareStackTrace");
  // npm's dependency resolver, for functions stored in the state.
  leaveOut("@npmcli/arborist");
  // The SDK's way to drive the CLI from a program.
  leaveOut("./automation/index.js");
  // A trace of every promise, of which the SDK makes thousands.
  replace(require("./runtime/debuggable.js"), "debuggablePromise", untraced);
  // The way through the program to every resource: put into the state, with the paths of this machine.
  replace(require("./resource.js").Resource, "stackTrace", () => () => []);
  // Five messages to the engine for each resource, which nobody reads.
  replace(require("./log/index.js"), "debug", () => () => Promise.resolve());
}
