/** What one operation of the engine has under way, and how whoever waits for the others' work learns that it is over. */
import { messageOf, until } from "./system.ts";

/** Milliseconds without work that are enough when a part has failed: what is made already may still settle. */
const settling = 2000;

/** Milliseconds without work after which nobody will do what is waited for. The program makes keys in between. */
const silence = 60_000;

/** The work of one operation: the engine begins no further part once one has failed, and lets the others end. */
export class Work {
  #underWay = 0;
  #failure: string | null = null;
  #changed = Date.now();
  readonly #silence: number;
  readonly #settling: number;

  constructor(limits = { silence, settling }) {
    this.#silence = limits.silence;
    this.#settling = limits.settling;
  }

  #count(change: 1 | -1): void {
    this.#underWay += change;
    this.#changed = Date.now();
  }

  /** Does a part's work. The first failure is what the others' waiting is answered with. */
  async on<T>(part: string, work: () => Promise<T>): Promise<T> {
    this.#count(1);
    try {
      return await work();
    } catch (error) {
      this.#failure ??= `${part} failed: ${messageOf(error)}`;
      throw error;
    } finally {
      this.#count(-1);
    }
  }

  /** The operation was interrupted: nothing is waited for any more. */
  interrupt(): void {
    this.#failure ??= "the operation was interrupted";
    this.#changed = 0;
  }

  /** Why what the others make will not come any more; null while it may. */
  #over(): string | null {
    const quiet = this.#underWay > 0 ? 0 : Date.now() - this.#changed;
    if (this.#failure !== null) return quiet >= this.#settling ? this.#failure : null;
    return quiet >= this.#silence ? "every other part is made" : null;
  }

  /**
   * Within a part's work: looks until what other parts make is there.
   * @param look returns null when it is, else what is missing
   * @param explain says more of what is missing, asked once
   * @throws Error, the reason first, as soon as nobody works for it any more
   */
  async untilOthers(
    what: string,
    look: () => Promise<string | null>,
    explain: () => Promise<string>,
  ): Promise<void> {
    this.#count(-1);
    try {
      await until(what, Number.POSITIVE_INFINITY, async () => {
        // Before the look, so that what the last work made is looked at.
        const over = this.#over();
        const missing = await look();
        if (missing !== null && over !== null)
          throw new Error(`${over}\nSo ${what} is not waited for: ${missing}${await explain()}`);
        return missing;
      });
    } finally {
      this.#count(1);
    }
  }
}
