/**
 * What Pulumi's language host loads, on whichever Node it finds: plain JavaScript, so that one that cannot read
 * TypeScript is answered with a sentence and its remedy.
 */
if (!process.features.typescript) {
  const { RunError } = await import("@pulumi/pulumi");
  throw new RunError(
    `The program needs Node 24, and \`node\` is ${process.version}. Run: eval "$(npm run -s env)", which puts the project's own first on PATH.`,
  );
}

export default { ...(await import("./index.ts")) };
