/** How the engine wraps values on the wire, written down anew so that a slip in the provider's own constants shows. */

/** The value as a secret. */
export const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

/** The value as an output; without a value it is unknown. */
export const output = (value?: unknown, isSecret = false) => ({
  "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  ...(value === undefined ? {} : { value }),
  ...(isSecret ? { secret: true } : {}),
});

/** What stands for a value that is not known yet. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
