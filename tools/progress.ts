/** Seconds between two lines of progress where nothing can be drawn over. */
const quietSeconds = 15;

/**
 * Progress of one step on standard error: one line that says what was done, and while it runs how far it is.
 * On a terminal the running line is drawn over; elsewhere a new line comes every 15 s.
 */
export class Progress {
  readonly #title: string;
  readonly #stream: NodeJS.WriteStream;
  readonly #started = Date.now();
  #lastLine = Date.now();

  constructor(title: string, stream: NodeJS.WriteStream = process.stderr) {
    this.#title = title;
    this.#stream = stream;
  }

  /** Says that the step begins, for steps that take long. */
  begin(text: string): void {
    this.#stream.write(`${this.#paint(this.#title, 1)}: ${text}\n`);
  }

  /** Says how far the step is. */
  update(text: string): void {
    const seconds = Math.round((Date.now() - this.#started) / 1000);
    if (this.#stream.isTTY) {
      const room = (this.#stream.columns ?? 80) - 1;
      this.#stream.write(`\r\x1b[K${`${this.#title}: ${text} (${seconds} s)`.slice(0, room)}`);
    } else if (Date.now() - this.#lastLine > quietSeconds * 1000) {
      this.#lastLine = Date.now();
      this.#stream.write(`${this.#title}: ${text} (${seconds} s)\n`);
    }
  }

  /** Closes the step. */
  done(text: string): void {
    this.#stream.write(`${this.#clear()}${this.#paint(this.#title, 32)}: ${text}\n`);
  }

  /** Says something that the user should notice. */
  note(text: string): void {
    this.#stream.write(`${this.#clear()}${this.#paint(this.#title, 33)}: ${text}\n`);
  }

  #clear(): string {
    return this.#stream.isTTY ? "\r\x1b[K" : "";
  }

  #paint(text: string, colour: number): string {
    const coloured = this.#stream.isTTY && process.env.NO_COLOR === undefined;
    return coloured ? `\x1b[${colour}m${text}\x1b[0m` : text;
  }
}
