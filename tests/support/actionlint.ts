import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./mockedStack.ts";

const version = "v1.7.7";
const folder = join(root, ".cache/actionlint", version);

const execute = promisify(execFile);

/** The machine's own actionlint where there is one; else the pinned one, built from its Go module once. */
async function program(): Promise<string> {
  const own = await execute("actionlint", ["-version"]).catch(() => null);
  if (own !== null) return "actionlint";
  const built = join(folder, "actionlint");
  if (existsSync(built)) return built;
  const module = `github.com/rhysd/actionlint/cmd/actionlint@${version}`;
  await execute("go", ["install", module], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" },
  }).catch((error: unknown) => {
    throw new Error(`workflows: put actionlint or Go on PATH (\`go install ${module}\`): ${String(error)}`);
  });
  return built;
}

/**
 * Looks at workflow files.
 * @returns what actionlint says; empty when all is well
 */
export async function actionlint(files: readonly string[]): Promise<string> {
  const path = await program();
  return new Promise((resolve) => {
    execFile(
      path,
      ["-no-color", "-oneline", "-shellcheck=", "-pyflakes=", ...files],
      { cwd: root },
      (error, out) => resolve(error ? out || error.message : ""),
    );
  });
}
