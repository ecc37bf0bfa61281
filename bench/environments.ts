/** Many environments of one ConfigMap each in one repository: the first push, then a change of one. `--environments=100,500,1000`. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { ConfigMap } from '../src/kube/kinds/objects.data.ts';
import { CONFIG_MAPS } from '../src/kube/kinds/resources.data.ts';
import { median, percentile, report, timed } from './support/figures.ts';
import { Instance, type Repository, until } from './support/instance.ts';
import { cpuSeconds, residentMb } from './support/proc.ts';

const { values } = parseArgs({
  options: {
    environments: { type: 'string', default: '100,500,1000' },
    changes: { type: 'string', default: '3' },
  },
});
const COUNTS = values.environments.split(',').map(Number);
const CHANGES = Number(values.changes);
/** A first push that takes longer has failed. */
const LIMIT_MS = 600_000;
/** Idle: less CPU than this in each of three seconds in a row. */
const IDLE = { seconds: 3, cpu: 0.1 };

for (const count of COUNTS) await Instance.during((instance) => measure(instance, count));

async function measure(instance: Instance, count: number): Promise<void> {
  const { pid, agentPid } = instance.ready;
  const cpu = () => cpuSeconds(pid, [agentPid]);
  const repository = await repositoryOf(instance, count);
  const ending = new AbortController();
  const seen = await follow(instance, ending.signal);
  const name = `${count} environments`;

  const before = cpu();
  const since = performance.now();
  const asking = new AbortController();
  const answers = ask(instance, asking.signal);
  const pushed = push(repository);
  await until(
    'every environment is applied',
    () => [...seen.values()].filter((text) => text === 'first').length === count,
    LIMIT_MS,
  );
  const applied = performance.now() - since;
  await pushed.done;
  const told = performance.now() - since;
  asking.abort();
  await idle(cpu);
  report(`${name}: an answer of the API meanwhile, p99`, percentile(await answers, 0.99), 'ms', {
    target: '< 100',
  });
  report(`${name}: first push → all applied`, applied, 'ms', { told: Math.round(told) });
  report(`${name}: CPU of the first push until idle`, cpu() - before, 's');
  report(`${name}: memory of the daemon`, residentMb(pid), 'MB', { most: residentMb(pid, 'VmHWM') });

  const changes: Change[] = [];
  for (let turn = 0; turn < CHANGES; turn++) changes.push(await changeOne(repository, seen, cpu, turn));
  const of = (figure: keyof Change) => changes.map((change) => change[figure]);
  for (const [figure, unit] of [
    ['applied', 'ms'],
    ['told', 'ms'],
    ['pushed', 'ms'],
    ['cpu', 's'],
  ] as const)
    report(`${name}: change of one, ${figure}`, median(of(figure)), unit, { samples: of(figure) });
  report(`${name}: memory of the daemon after the changes`, residentMb(pid), 'MB');
  ending.abort();
}

interface Change {
  readonly applied: number;
  readonly told: number;
  readonly pushed: number;
  readonly cpu: number;
}

/** `told`: the person who pushed has read that it is healthy. `cpu`: of the daemon in all, until it is idle again. */
async function changeOne(
  repository: Repository,
  seen: ReadonlyMap<string, string>,
  cpu: () => number,
  turn: number,
): Promise<Change> {
  const text = `change ${turn}`;
  await repository.commit(`${environmentName(turn)}/settings.yaml`, () => configMap(text));
  const before = cpu();
  const since = performance.now();
  const pushed = push(repository, new RegExp(`\\[${environmentName(turn)}\\] .*healthy`));
  await until('the change is applied', () => seen.get(namespaceOf(turn)) === text, LIMIT_MS);
  const applied = performance.now() - since;
  const told = (await pushed.told) - since;
  await pushed.done;
  const done = performance.now() - since;
  await idle(cpu);
  return { applied, told, pushed: done, cpu: cpu() - before };
}

/** How long each of a client's requests takes, twenty in a second, until the signal aborts. */
async function ask(instance: Instance, signal: AbortSignal): Promise<readonly number[]> {
  const client = await instance.client();
  const answers: number[] = [];
  while (!signal.aborted) {
    answers.push(
      await timed(() => client.get(CONFIG_MAPS, { namespace: 'default', name: 'kube-root-ca.crt' })),
    );
    await pause(50);
  }
  client.close();
  return answers;
}

/** `told` resolves with the time at which git printed such a line. */
function push({ git, url }: Repository, line = /^/) {
  let hear = (_at: number): void => undefined;
  const told = new Promise<number>((resolve) => {
    hear = resolve;
  });
  const done = git.stream(
    (text) => {
      if (line.test(text)) hear(performance.now());
    },
    'push',
    url,
    'main',
  );
  return { told, done };
}

/** Namespace → text of its ConfigMap, as a client reads it. */
async function follow(instance: Instance, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const client = await instance.client();
  const seen = new Map<string, string>();
  const see = ({ metadata, data }: ConfigMap) => {
    if (metadata.name === 'settings') seen.set(metadata.namespace ?? '', data?.text ?? '');
  };
  const { metadata } = await client.list(CONFIG_MAPS);
  const events = client.watch(CONFIG_MAPS, {
    resourceVersion: metadata.resourceVersion ?? '',
    signal,
  });
  const reading = async () => {
    for await (const event of events) if (event.type !== 'BOOKMARK') see(event.object);
  };
  reading().catch(() => undefined);
  return seen;
}

async function idle(cpu: () => number): Promise<void> {
  for (let quiet = 0; quiet < IDLE.seconds; ) {
    const before = cpu();
    await pause(1000);
    quiet = cpu() - before < IDLE.cpu ? quiet + 1 : 0;
  }
}

async function repositoryOf(instance: Instance, count: number): Promise<Repository> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const entries = numbers.map(
    (i) => `    - {name: ${environmentName(i)}, branch: main, path: ${environmentName(i)}}`,
  );
  const file = `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n  environments:\n${entries.join('\n')}\n`;
  const repository = await instance.repository('many', undefined, { 'pilotage.yaml': file });
  for (const i of numbers) {
    await mkdir(join(repository.dir, environmentName(i)));
    await writeFile(join(repository.dir, environmentName(i), 'settings.yaml'), configMap('first'));
  }
  await repository.git.run('add', '--all');
  await repository.git.run('commit', '--quiet', '--amend', '-m', 'first');
  return repository;
}

function environmentName(i: number): string {
  return `e${String(i).padStart(4, '0')}`;
}

function namespaceOf(i: number): string {
  return `many-${environmentName(i)}`;
}

function configMap(text: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {text: ${JSON.stringify(text)}}\n`;
}
