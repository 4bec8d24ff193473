/** A clone of the project as the next person would have it. */
import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runOrFail } from "../../../tools/run.ts";
import { root } from "../../support/mockedStack.ts";

const git = (folder: string, ...words: readonly string[]): Promise<string> =>
  runOrFail("git", ["git", "-C", folder, ...words]);

/** A folder with the project's files and nothing that a run of it has made, besides the Pulumi CLI. */
export class FreshClone {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Clones the project, with what is changed and not yet committed. The CLI comes along: where it cannot be downloaded,
   * building it takes five minutes.
   */
  static async create(): Promise<FreshClone> {
    const folder = join(await mkdtemp(join(tmpdir(), "clone-")), "project");
    await git(root, "clone", "--quiet", root, folder);
    const changed = [
      ...(await git(root, "diff", "--name-only", "-z", "HEAD")).split("\0"),
      ...(await git(root, "ls-files", "--others", "--exclude-standard", "-z")).split("\0"),
    ];
    for (const file of changed.filter((each) => each !== "")) {
      if (existsSync(join(root, file))) await cp(join(root, file), join(folder, file));
      else await rm(join(folder, file));
    }
    await cp(join(root, ".cache/pulumi"), join(folder, ".cache/pulumi"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    return new FreshClone(folder);
  }

  /** What git would commit, one file a line. */
  changes(): Promise<string> {
    return git(this.folder, "status", "--porcelain");
  }

  async remove(): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true });
  }
}
