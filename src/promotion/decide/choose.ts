import { type Candidate, earlierCandidates } from '../history/candidates.ts';
import type { FactOptions } from '../options.ts';
import { releasesOf } from '../record/lookup.ts';
import { type Decision, decide } from './decide.ts';
import { type Gathered, gatherFacts } from './facts.ts';

/** The revision that a promotion is about, and what is decided of it. */
export interface Choice {
  readonly gathered: Gathered;
  readonly decision: Decision;
  /** Wall time in milliseconds at which the first wait of any candidate ends by itself. */
  readonly retryAt?: number;
  /** What the source runs and what did not pass, where an earlier revision is promoted instead. */
  readonly passedOver?: Choice;
}

/** The newest revision of the source that has passed its waits; where none has, the newest of all. `now` in milliseconds. */
export async function chooseRevision(
  options: FactOptions,
  newest: Gathered,
  decision: Decision,
  now: number,
): Promise<Choice> {
  if (decision.type === 'upToDate' || decision.type === 'advance') return { gathered: newest, decision };
  const { target, source } = newest;
  const waits = untilsOf(decision);
  const candidates = earlierCandidates(source, await releasesOf(options, source));
  for (const candidate of candidates) {
    if (!(await isPartOf(newest, candidate))) continue;
    const { delivery, environment } = target.spec;
    const asked = { from: source.spec.environment, candidate };
    // Rendering is what costs; a revision whose gates are closed is not worth it.
    const light = { ...options, rehearse: async () => [] };
    const found = await gatherFacts(light, delivery, environment, asked);
    if (found.facts.lineage.type !== 'behind' && found.facts.lineage.type !== 'absent') break;
    const first = decide(found.facts, now);
    waits.push(...untilsOf(first));
    if (first.type !== 'advance') continue;
    const gathered = await gatherFacts(options, delivery, environment, asked);
    const chosen = decide(gathered.facts, now);
    if (chosen.type === 'advance')
      return { gathered, decision: chosen, passedOver: { gathered: newest, decision } };
  }
  return { gathered: newest, decision, ...(waits.length > 0 ? { retryAt: Math.min(...waits) } : {}) };
}

function untilsOf(decision: Decision): number[] {
  if (decision.type === 'upToDate') return [];
  return decision.gates.flatMap(({ until }) => (until ? [Date.parse(until)] : []));
}

/** It leads to what the source runs now, and no commit since says that it reverts it. */
async function isPartOf({ repository, revision }: Gathered, candidate: Candidate): Promise<boolean> {
  const { oid } = revision;
  if ((await repository.resolve(candidate.revision)) === undefined) return false;
  if (!(await repository.isAncestor(candidate.revision, oid))) return false;
  const since = await repository.log(oid, { exclude: [candidate.revision], allParents: true, limit: 500 });
  return !since.some(({ message }) => message.includes(`This reverts commit ${candidate.revision}`));
}
