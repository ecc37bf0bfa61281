import { text } from '../../model/grammar.ts';
import { type Cursor, complain, readList } from '../../model/reader.ts';
import type { TestRun } from '../../model/types.ts';
import type { Explanation, Finding, Gate, GateFacts } from './gate.ts';

type Setting = readonly string[];

interface Tested extends Finding {
  /** In the order of the setting; undefined: it has not run. */
  readonly runs: readonly {
    readonly name: string;
    readonly run: TestRun | undefined;
    readonly isAgain: boolean;
  }[];
}

const MOST = 50;

/**
 * `tests: [smoke, contract]`: Jobs or Pods that the charts of the source mark as tests (`helm.sh/hook: test`) have run there for this
 * revision, and passed. They run once; one that failed blocks until another revision is there, or `pilotage promote --retest`.
 */
export const tests: Gate<Setting, Tested> = {
  name: 'tests',
  schema: { type: 'array', items: text.schema },
  read,
  settingFor: (subject, named) =>
    subject === 'promotion' && named !== undefined && named.length > 0 ? named : undefined,
  check,
  explain,
  isAsStrict: (next, before) => before.every((name) => next.includes(name)),
  describe: (names) => `tests ${names.join('+')}`,
};

function read(at: Cursor): Setting | undefined {
  const names = readList(at).map((item) => text.read(item));
  if (names.some((name) => name === undefined)) return undefined;
  const unique = [...new Set(names.filter((name) => name !== undefined))];
  if (unique.length > MOST)
    return complain(at, 'WrongValue', `names ${unique.length} tests, more than ${MOST}`);
  return unique;
}

function check(names: Setting, { status, revision, sourceStopped, retest }: GateFacts): Tested {
  const runs = names.map((name) => {
    const run = status?.tests?.findLast((one) => one.name === name && one.revision === revision);
    const isAgain =
      run !== undefined &&
      retest?.revision === revision &&
      Date.parse(retest.at) > Date.parse(run.startedAt) &&
      (run.state === 'Failed' || run.state === 'Missing');
    return { name, run, isAgain };
  });
  if (runs.every(({ run }) => run?.state === 'Passed')) return { state: 'Passed', runs };
  const hasFailed = runs.some(
    ({ run, isAgain }) => !isAgain && (run?.state === 'Failed' || run?.state === 'Missing'),
  );
  return { state: hasFailed || sourceStopped !== undefined ? 'Blocked' : 'Waiting', runs };
}

function explain(
  { state, runs }: Tested,
  { source, target, revision, sourceStopped }: GateFacts,
): Explanation {
  const what = `in ${source} at ${revision.slice(0, 7)}`;
  if (state === 'Passed') return { message: `${runs.map(({ name }) => name).join(', ')} passed ${what}.` };
  const open = runs.filter(({ run }) => run?.state !== 'Passed');
  const said = open.map(({ name, run, isAgain }) => {
    if (run === undefined) return `${name} has not run ${what} yet`;
    if (isAgain) return `${name} runs again ${what}`;
    if (run.state === 'Missing') return `${source} has no test ${name}: ${run.message ?? ''}`;
    if (run.state === 'Failed') return `${name} failed ${what}: ${run.message ?? 'it says no more'}`;
    return `${name} runs ${what}`;
  });
  const stopped = sourceStopped === undefined ? '' : ` ${source} does nothing by itself: ${sourceStopped}.`;
  return {
    message: `${said.join('; ')}.${stopped}`,
    ...(open.some(({ run, isAgain }) => run?.state === 'Failed' && !isAgain)
      ? {
          remedy: `Push a correction to ${source}; or run it once more: pilotage promote ${target ?? 'ENVIRONMENT'} --retest`,
        }
      : {}),
  };
}
