/** A preview without a cloud: the program runs against the tests' mocks, and the policy pack looks at the result. */
import { judgedResources, Pack } from "../../tests/policy/support/pack.ts";
import { programStack } from "../../tests/support/program.ts";
import { nameOf, type Preview } from "./preview.ts";

/** What a stack is made of, and what the policies say of it. */
export async function mockedPreview(stack: string): Promise<Preview> {
  const { resources } = await programStack(stack);
  const pack = await Pack.start();
  try {
    const verdicts = await pack.judge(judgedResources(resources));
    return {
      stack,
      mocked: true,
      changes: resources.map(({ urn, type, name }) => ({
        change: "create",
        urn,
        type,
        name,
        properties: [],
      })),
      findings: verdicts.map(({ rule, urn, message, kind }) => ({
        rule,
        resource: nameOf(urn),
        message,
        kind,
      })),
      errors: [],
    };
  } finally {
    await pack.stop();
  }
}
