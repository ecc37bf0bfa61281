/** The API beside kube-apiserver and etcd, in turn on the same machine with the same clients. `--objects=10000`; Go builds the peers once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import { CONFIG_MAPS } from '../src/kube/kinds/resources.data.ts';
import { type RemoteClient, remoteClient } from '../src/kube/remote/remote.ts';
import { report, timed } from './support/figures.ts';
import { Instance } from './support/instance.ts';
import { createMany, inParallel } from './support/load.ts';
import { residentMb } from './support/proc.ts';
import { root } from './support/program.ts';
import { watchedBy } from './support/watched.ts';

const { values } = parseArgs({ options: { objects: { type: 'string', default: '10000' } } });
const OBJECTS = Number(values.objects);

/** Figure → value; which is better stands in `LESS`. */
type Figures = Map<string, number>;

interface Peer {
  readonly kubeconfig: string;
  readonly pids: readonly number[];
}

const peer = await duringPeer(measure);
const own = await duringOwn(measure);
for (const [figure, theirs] of peer) {
  const ours = own.get(figure) ?? Number.NaN;
  const isLess = /(ms|MB)$/.test(figure);
  report(figure, isLess ? theirs / ours : ours / theirs, '×', {
    ours: Math.round(ours),
    theirs: Math.round(theirs),
  });
}

async function measure({ kubeconfig, pids }: Peer): Promise<Figures> {
  const client = remoteClient({ kubeconfig: { path: kubeconfig }, clock: systemClock, logger: silentLogger });
  const figures: Figures = new Map();
  const memory = (when: string) =>
    figures.set(
      `memory ${when}, MB`,
      pids.reduce((sum, pid) => sum + residentMb(pid), 0),
    );
  memory('without objects');
  await createMany(client, { prefix: 'warm', count: 1_000, clients: 16 });
  figures.set(
    'durable creates, 1 client, /s',
    (await createMany(client, { prefix: 'one', count: 1_500, clients: 1 })).perSecond,
  );
  const many = await createMany(client, { prefix: 'many', count: OBJECTS - 2_500, clients: 64 });
  figures.set('durable creates, 64 clients, /s', many.perSecond);
  memory(`with ${OBJECTS} objects`);
  for (const [clients, count] of [
    [1, 4_000],
    [64, 20_000],
  ] as const)
    figures.set(`GET, ${clients} client${clients > 1 ? 's' : ''}, /s`, await gets(client, clients, count));
  await listing(client, figures);
  for (const [watchers, clients, count] of [
    [100, 1, 1_000],
    [100, 16, 3_000],
    [1_000, 1, 300],
    [1_000, 16, 600],
  ] as const) {
    const { perSecond } = await watchedBy(kubeconfig, watchers, count, () =>
      createMany(client, { prefix: `watched-${watchers}-${clients}`, count, clients }),
    );
    figures.set(`events to ${watchers} watchers, ${clients} writer${clients > 1 ? 's' : ''}, /s`, perSecond);
  }
  memory('after the watches');
  client.close();
  return figures;
}

async function gets(client: RemoteClient, clients: number, count: number): Promise<number> {
  const ms = await timed(() =>
    inParallel(clients, count, (i) =>
      client.get(CONFIG_MAPS, { namespace: 'default', name: `one-${i % 1_500}` }),
    ),
  );
  return (count / ms) * 1_000;
}

async function listing(client: RemoteClient, figures: Figures): Promise<void> {
  const whole = () => timed(() => client.list(CONFIG_MAPS, { namespace: 'default' }));
  const pages = () =>
    timed(async () => {
      let next: string | undefined;
      do {
        const page = await client.list(CONFIG_MAPS, {
          namespace: 'default',
          limit: 500,
          ...(next ? { continue: next } : {}),
        });
        next = page.metadata.continue;
      } while (next);
    });
  for (const [figure, list] of [
    ['the whole list, ms', whole],
    ['the list in pages of 500, ms', pages],
  ] as const)
    figures.set(figure, Math.min(await list(), await list(), await list()));
}

async function duringOwn(work: (own: Peer) => Promise<Figures>): Promise<Figures> {
  let figures: Figures = new Map();
  await Instance.during(async ({ ready }) => {
    figures = await work({ kubeconfig: ready.kubeconfig, pids: [ready.pid] });
  });
  return figures;
}

async function duringPeer(work: (peer: Peer) => Promise<Figures>): Promise<Figures> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'peercluster.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    return await work(JSON.parse(await firstLine(child)) as Peer);
  } finally {
    child.stdin.end();
    await ended;
  }
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!stdout) return reject(new Error('it has no output'));
    const lines = createInterface({ input: stdout });
    lines.once('line', resolve);
    lines.once('close', () => reject(new Error('the peers did not start')));
  });
}
