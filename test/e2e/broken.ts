import { expect } from 'chai';
import { type EnvironmentStatus, fetchText, type Pilotage, statusOf, type Work } from './harness.ts';
import type { Finished } from './processes.ts';

/** A delivery that runs and answers; then `change` is pushed. */
export async function broken(
  pilotage: Pilotage,
  name: string,
  change: (work: Work) => Promise<void>,
): Promise<{ work: Work; pushed: Finished; url: string }> {
  const work = await pilotage.repository(name);
  const first = await work.push();
  expect(first.code, first.stderr).to.equal(0);
  const waited = await pilotage.cli('wait', `${name}/dev`, '--timeout', '60s');
  expect(waited.code, first.stderr + waited.stderr).to.equal(0);
  const url = (await statusOf(pilotage, name, 'dev'))?.urls[0] ?? '';
  await change(work);
  await work.commit('break it');
  return { work, pushed: await work.push(), url };
}

/** What was healthy before goes on answering with the old code, and nothing was deployed of the new. */
export async function keepsServing(
  pilotage: Pilotage,
  name: string,
  url: string,
): Promise<EnvironmentStatus> {
  const answer = await fetchText(url);
  expect(answer.status).to.equal(200);
  expect(JSON.parse(answer.text)).to.include({ version: 'one' });
  const status = await statusOf(pilotage, name, 'dev');
  if (!status) throw new Error(`${name}/dev is gone`);
  return status;
}

/** What git printed for a push, its wrapped lines joined again. */
export const unwrapped = ({ stderr }: Finished): string => stderr.replace(/\s*\nremote: {3,}/g, ' ');
