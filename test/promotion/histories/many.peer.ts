import { expect } from 'chai';
import { checkHistories } from './check.ts';

/** `npm run test:promotion`: a thousand for each seed. */
const SEEDS = (process.env.PROMOTION_SEEDS ?? '1 2 3').split(' ').map(Number);
const HISTORIES = Number(process.env.PROMOTION_HISTORIES ?? '1000');
/** At a time in one repository, whose refs and objects would slow it down otherwise. */
const BATCH = 100;

describe('random histories of two branches, and git beside them', () => {
  for (const seed of SEEDS)
    it(`are promoted as git and trees say, and none loses work in silence: seed ${seed}, ${HISTORIES} of them`, async function () {
      this.timeout(30 * 60_000);
      const counts = new Map<string, number>();
      for (let batch = 0; batch * BATCH < HISTORIES; batch++) {
        const size = Math.min(BATCH, HISTORIES - batch * BATCH);
        const verdict = await checkHistories(seed * 1_000_000 + batch, size);
        expect(verdict.broken).to.deep.equal([]);
        for (const [what, times] of verdict.counts) counts.set(what, (counts.get(what) ?? 0) + times);
      }
      console.log(
        [...counts]
          .sort()
          .map(([what, times]) => `      ${what}: ${times}`)
          .join('\n'),
      );
    });
});
