/** A preview without a cloud: the program runs against the tests' mocks, and the policy pack looks at the result. */
import { RunError } from "@pulumi/pulumi";
import { judgedResources, Pack } from "../../tests/policy/support/pack.ts";
import { programStack } from "../../tests/support/program.ts";
import { siteOf } from "../pulumi/stackFile.ts";
import { installSitePackages } from "../setup/sitePackages.ts";
import { nameOf, type Preview } from "./preview.ts";

/** What a stack is made of, and what the policies say of it; why it cannot be made is an error of the preview. */
export async function mockedPreview(stack: string): Promise<Preview> {
  await installSitePackages(await siteOf(stack));
  let resources: Awaited<ReturnType<typeof programStack>>["resources"];
  try {
    ({ resources } = await programStack(stack));
  } catch (error) {
    if (!RunError.isInstance(error)) throw error;
    return { stack, mocked: true, changes: [], findings: [], errors: [error.message] };
  }
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
