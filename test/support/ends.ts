/** Root hooks of mocha: what a test leaves open would keep the run, and with it a CI, for ever. */

const PATIENCE_MS = 20_000;

export const mochaHooks = {
  afterAll(): void {
    setTimeout(() => {
      process.stderr.write(
        `\ntests left open, ended after ${PATIENCE_MS / 1000} s: ${process.getActiveResourcesInfo().join(", ")}\n`,
      );
      process.exit();
    }, PATIENCE_MS).unref();
  },
};
