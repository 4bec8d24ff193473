/** The engine that started this plugin. */

/** Ends this process when the engine is gone: one that is killed tells nobody, and the next one starts plugins of its own. */
export function endWithEngine(): void {
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(0);
  }, 1000).unref();
}
