import { killRepeatedly } from "../pipeline/queue/killed-queue.ts";

const ROUNDS = 500;

describe("persistent queue whose process is killed, at length", function () {
  this.timeout(20 * 60_000);

  it(`${ROUNDS} times with -9 at random: nothing acknowledged is missing, and counts are right`, async () => {
    const { acknowledged, again, torn } = await killRepeatedly(ROUNDS);
    process.stderr.write(`      ${acknowledged} events acknowledged, ${again} delivered again, ${torn} torn ends\n`);
  });
});
