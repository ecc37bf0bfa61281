import type { StatusReport } from '../../src/model/faces.ts';
import { eventually, type Pilotage, type Work } from '../e2e/harness.ts';
import type { Finished } from '../e2e/processes.ts';
import type { Attack } from './attack.ts';

const COUNT = 20;
/** Far above what it takes, far below the time after which a push stops waiting. */
const LIMIT_MS = 15_000;

interface Push {
  readonly revision: string;
  readonly ms: number;
  readonly accepted: boolean;
  readonly end: string | undefined;
}

/** A branch of `COUNT` commits above what is deployed. */
async function commits(target: Pilotage, name: string): Promise<{ work: Work; revisions: string[] }> {
  const work = await target.repository(name);
  const { code, stderr } = await work.push();
  if (code !== 0) throw new Error(stderr);
  const revisions: string[] = [];
  for (let i = 0; i < COUNT; i++) {
    await work.write('values/dev.yaml', `greeting: number ${i}\n`);
    revisions.push(await work.commit(`number ${i}`));
  }
  return { work, revisions };
}

async function push(work: Work, revision: string): Promise<Push> {
  const began = performance.now();
  const { code, stderr }: Finished = await work.push(`${revision}:refs/heads/main`);
  const ends = stderr
    .split('\n')
    .filter((line) => /^remote: \[dev\] (superseded: |\S+-dev is healthy|unchanged: )/.test(line));
  return { revision, ms: performance.now() - began, accepted: code === 0, end: ends.at(-1)?.trim() };
}

function judge(pushes: readonly Push[], last: string): string {
  const accepted = pushes.filter((one) => one.accepted);
  const slow = pushes.find(({ ms }) => ms > LIMIT_MS);
  if (slow) throw new Error(`the push of ${slow.revision} took ${Math.round(slow.ms)} ms`);
  const silent = accepted.find(({ end }) => end === undefined);
  if (silent) throw new Error(`the push of ${silent.revision} ended without a last line`);
  const end = pushes.find(({ revision }) => revision === last)?.end ?? '';
  if (!end.includes('is healthy')) throw new Error(`the last one is not healthy: ${end}`);
  const longest = Math.round(Math.max(...pushes.map(({ ms }) => ms)));
  return `${accepted.length} accepted, each ended with its line; the longest after ${longest} ms`;
}

export const attacks: readonly Attack[] = [
  {
    input: '20 pushes one after the other, none waiting for the one before',
    async run(target) {
      const { work, revisions } = await commits(target, 'rapid');
      const pushes: Promise<Push>[] = [];
      for (const revision of revisions) {
        const pushed = push(work, revision);
        pushes.push(pushed);
        // As soon as the host has taken it, so that git finds what it descends from.
        while (!(await work.git('ls-remote', work.remote, 'main')).startsWith(revision)) {
          if (await Promise.race([pushed.then(() => true), Promise.resolve(false)])) break;
        }
      }
      return judge(await Promise.all(pushes), revisions.at(-1) ?? '');
    },
  },
  {
    input: '20 pushes at once, of which the host refuses those that lost the race',
    async run(target) {
      const { work, revisions } = await commits(target, 'crowd');
      const pushes = await Promise.all(revisions.map((revision) => push(work, revision)));
      const last = revisions.at(-1) ?? '';
      // The last one may have lost its race too: then it is pushed once more.
      const again = pushes.find((one) => one.revision === last && !one.accepted) && (await push(work, last));
      return judge(again ? [...pushes.filter((one) => one.revision !== last), again] : pushes, last);
    },
  },
  {
    input: 'one push that moves 100 environments',
    async run(target) {
      const work = await target.repository('hundred');
      const names = Array.from({ length: 100 }, (_, i) => `e${i}`);
      const environments = names.map((name) => `    - {name: ${name}, branch: main}\n`).join('');
      await work.git('rm', '-r', '--quiet', 'chart', 'values', 'app');
      await work.write(
        'pilotage.yaml',
        `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: hundred}\nspec:\n  environments:\n${environments}`,
      );
      await work.write('manifests/one.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n');
      await work.commit('a hundred');
      const ended = async (): Promise<{ ms: number; text: string }> => {
        const began = performance.now();
        const { stderr } = await work.push();
        const missing = names.filter(
          (name) => !new RegExp(`^remote: \\[${name}\\] (unchanged: |\\S+ is healthy)`, 'm').test(stderr),
        );
        // Many that a push leaves untouched have one line together, which counts them.
        const together = Number(/^remote: unchanged: (\d+) environments/m.exec(stderr)?.[1] ?? 0);
        if (missing.length !== together)
          throw new Error(`no last line for ${missing.join(', ')}:\n${stderr.slice(0, 2000)}`);
        return { ms: Math.round(performance.now() - began), text: stderr };
      };
      const first = await ended();
      await work.write('README.md', 'words');
      await work.commit('words');
      const second = await ended();
      const revision = await work.git('rev-parse', 'HEAD');
      await eventually('every record says what the push said', async () => {
        const { deliveries } = await target.json<StatusReport>('status');
        const states = deliveries.find(({ name }) => name === 'hundred')?.environments ?? [];
        const done = states.filter((one) => one.deployedRevision === revision && one.health === 'Healthy');
        return done.length === names.length;
      });
      return `a last line for each: created in ${first.ms} ms, unchanged in ${second.ms} ms`;
    },
  },
];
