import type { Pilotage, Work } from '../e2e/harness.ts';

/** A push is told how it ended; nobody sits through the time-out of the report. */
const LIMIT_MS = 10_000;

/** The fixture without pods, deployed: what is tried are words, and pods have their own time. */
export async function deployed(target: Pilotage, name: string): Promise<Work> {
  const work = await target.repository(name);
  await work.git('rm', '-r', '--quiet', 'chart/templates/deployment.hbs', 'chart/templates/service.hbs');
  await work.commit('configuration only');
  await endsWith(work, ['main'], 'dev', / is healthy/);
  return work;
}

/** Pushes, and throws unless the last line about the environment says so in time. Resolves with what was said and when. */
export async function endsWith(
  work: Work,
  refs: readonly string[],
  environment: string,
  expected: RegExp,
): Promise<string> {
  const began = performance.now();
  const { stderr } = await work.push(...refs);
  const ms = Math.round(performance.now() - began);
  const lines = stderr.split('\n').filter((line) => line.startsWith(`remote: [${environment}] `));
  const last = lines.at(-1)?.slice('remote: '.length).trim() ?? '';
  if (!expected.test(last)) throw new Error(`after ${ms} ms: ${last || stderr}`);
  if (ms > LIMIT_MS) throw new Error(`${last}, but only after ${ms} ms`);
  return `${/^\[\S+\] (?:\S+ is )?([a-z]+)/.exec(last)?.[1] ?? last} after ${ms} ms`;
}
