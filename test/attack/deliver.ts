import type { Pilotage, Work } from '../e2e/harness.ts';

/** What a push said, without the prefixes and line breaks that git and the report put in. */
export interface Pushed {
  readonly said: string;
  readonly ms: number;
  readonly work: Work;
}

export const plain = (stderr: string): string =>
  stderr.replace(/\s*\nremote:\s+(?!\[)/g, ' ').replace(/\s+\n/g, '\n');

/** The web fixture under another name, changed, and pushed; resolves when the push has its last line. */
export async function deliver(
  target: Pilotage,
  name: string,
  change: (work: Work) => Promise<void>,
): Promise<Pushed> {
  const work = await target.repository(name);
  await change(work);
  await work.commit('as it is');
  return push(work);
}

export async function push(work: Work): Promise<Pushed> {
  const began = Date.now();
  const { stderr } = await work.push();
  return { said: plain(stderr), ms: Date.now() - began, work };
}

export function expectSaid({ said, ms }: Pushed, what: RegExp, withinMs: number): string {
  const found = what.exec(said)?.[0];
  if (!found) throw new Error(`not said: ${what}\n${said.slice(-3_000)}`);
  if (ms > withinMs) throw new Error(`said only after ${ms} ms: ${found}`);
  return `${found} (${ms} ms)`;
}

/** Its containers probe nothing. */
export const withoutProbes = (work: Work): Promise<void> =>
  work.edit('chart/templates/deployment.hbs', (text) => text.replace(/ *readinessProbe:[\s\S]*$/, ''));
