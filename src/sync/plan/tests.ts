import { isSuspended } from '../../model/suspension.ts';
import type { Environment, TestRun } from '../../model/types.ts';

/** As many runs are remembered of an environment, those under way aside. */
const KEPT = 30;

/** The names of tests that gates of other environments ask of this one, each once. `all`: the environments of the home. */
export function askedTests(source: Environment, all: readonly Environment[]): readonly string[] {
  const { delivery, environment } = source.spec;
  const names = all.flatMap(({ spec, status }) => {
    const { from, gates } = status?.promotionPolicy ?? {};
    if (spec.delivery !== delivery || gates === undefined || ![from].flat().includes(environment)) return [];
    // What the target has already needs no test.
    if (status?.deployedTree !== undefined && status.deployedTree === source.status?.deployedTree) return [];
    return Array.isArray(gates.tests) ? gates.tests.map(String) : [];
  });
  return [...new Set(names)];
}

export interface Due {
  readonly name: string;
  readonly revision: string;
  readonly attempt: number;
}

/** The tests that have yet to run for what is deployed: those that never did, or never began, and those that failed before a person asked for them again. Pure. */
export function dueTests(environment: Environment, asked: readonly string[]): readonly Due[] {
  const { spec, status } = environment;
  const revision = status?.deployedRevision;
  const isReady = status?.sync === 'Synced' && status.health === 'Healthy' && !isSuspended(environment);
  if (revision === undefined || !isReady) return [];
  return asked.flatMap((name) => {
    const run = lastRun(status.tests, name, revision);
    if (run === undefined) return [{ name, revision, attempt: 1 }];
    // Nobody is at it any more: it was written down, and the process ended before its object was made.
    if (run.state === 'Starting') return [{ name, revision, attempt: run.attempt }];
    const isAgain = isEnded(run) && run.state !== 'Passed' && isAskedAgain(run, spec.retest);
    return isAgain ? [{ name, revision, attempt: run.attempt + 1 }] : [];
  });
}

/** Strictly later: what a person asked for in the second in which it began is what runs. */
export const isAskedAgain = (
  { revision, startedAt }: Pick<TestRun, 'revision' | 'startedAt'>,
  retest: Environment['spec']['retest'],
): boolean => retest?.revision === revision && Date.parse(retest.at) > Date.parse(startedAt);

export const isUnderWay = ({ state }: TestRun): boolean => state === 'Starting' || state === 'Running';

const isEnded = (run: TestRun): boolean => !isUnderWay(run);

/** The newest run of a test for a revision. */
export const lastRun = (
  runs: readonly TestRun[] | undefined,
  name: string,
  revision: string,
): TestRun | undefined => runs?.findLast((run) => run.name === name && run.revision === revision);

/** With what became of one run; the oldest that have ended are forgotten. */
export function withRun(before: readonly TestRun[] | undefined, run: TestRun): readonly TestRun[] {
  const others = (before ?? []).filter((one) => !isSameRun(one, run));
  const ended = others.filter(isEnded);
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - KEPT + 1)));
  return [...others.filter((one) => !dropped.has(one)), run];
}

const isSameRun = (a: TestRun, b: TestRun): boolean =>
  a.name === b.name && a.revision === b.revision && a.attempt === b.attempt;
