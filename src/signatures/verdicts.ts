import { createMemo } from '../base/memo.ts';
import type { Court, Verdict } from './judge.ts';

/** Twice what is judged at once. A verdict is a few hundred bytes. */
const KEPT = 10_000;
/** Why OpenPGP does not count may pass by itself: gpg(1) is installed, or was too slow. */
const BAD_MS = 60_000;

/** Verdicts that were reached: a revision that waits is asked about again and again. In memory, the last 10,000. */
export interface Verdicts {
  /** The verdict on what `of` names (a commit, by an id of its bytes), by signers that `by` names (a digest of all of them); asked for where it is not known. */
  known(of: string, by: string, court: Court, ask: () => Promise<Verdict>): Promise<Verdict>;
}

/** A verdict holds as long as its signers are the same, and until the next of their keys begins to be valid or expires. */
export function createVerdicts(capacity = KEPT): Verdicts {
  const kept = createMemo<{ readonly verdict: Verdict; readonly from: number; readonly until: number }>(
    capacity,
  );
  return {
    async known(of, by, court, ask) {
      const key = `${of} ${by}`;
      const known = kept.get(key);
      if (known && known.from <= court.now && court.now < known.until) return known.verdict;
      const verdict = await ask();
      kept.set(key, { verdict, from: court.now, until: heldUntil(verdict, court) });
      return verdict;
    },
  };
}

function heldUntil(verdict: Verdict, { signers, now }: Court): number {
  const turns = signers.ssh.flatMap(({ validAfter, validBefore }) => [validAfter, validBefore]);
  const ends = verdict.kind === 'good' ? (verdict.ends ?? []) : [];
  const next = [...turns, ...ends].filter((at) => at !== undefined && at > now) as number[];
  const passing = verdict.kind === 'bad' && signers.pgp.length > 0 ? now + BAD_MS : Number.POSITIVE_INFINITY;
  return Math.min(passing, ...next);
}
