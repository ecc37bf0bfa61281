import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { eventually, Pilotage } from '../e2e/harness.ts';
import { client, program } from './programs.ts';

interface Line {
  readonly informer: 'typed' | 'dynamic' | 'metadata';
  readonly event: 'add' | 'update' | 'resync' | 'delete' | 'synced' | 'lost' | 'error';
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly message?: string;
}

const INFORMERS = ['dynamic', 'metadata', 'typed'];

/** The steps build upon each other: one program watches through all of them. */
describe("client-go's informers", function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: ReturnType<typeof client>;
  let watching: ChildProcess;
  const lines: Line[] = [];

  before(async () => {
    pilotage = await Pilotage.start();
    k = client('kubectl', pilotage.ready.kubeconfig, pilotage.dir);
    await k.ok('create', 'namespace', 'watched');
    await k.ok('create', 'configmap', 'before', '-n', 'watched');
    const child = spawn(program('informers'), [pilotage.ready.kubeconfig, 'watched']);
    watching = child;
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
    child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  });
  after(async () => {
    watching.kill();
    await pilotage.stop();
  });

  const told = (event: Line['event'], name?: string): string[] =>
    [
      ...new Set(
        lines.filter((line) => line.event === event && line.name === name).map((line) => line.informer),
      ),
    ].sort();
  const allSay = (event: Line['event'], name?: string) =>
    eventually(
      `all informers say ${event} ${name ?? ''}`,
      async () => told(event, name).join() === INFORMERS.join(),
    );

  it('start with what is there: typed (protobuf), dynamic, metadata', async () => {
    await allSay('synced');
    await allSay('add', 'before');
  });

  it('see what is added, updated and deleted', async () => {
    await k.ok('create', 'configmap', 'one', '-n', 'watched');
    await allSay('add', 'one');
    await k.ok('label', 'configmap', 'one', '-n', 'watched', 'a=b');
    await allSay('update', 'one');
    expect(
      lines.filter(({ event, name }) => event === 'update' && name === 'one').map(({ labels }) => labels?.a),
    ).to.include('b');
    await k.ok('delete', 'configmap', 'one', '-n', 'watched');
    await allSay('delete', 'one');
  });

  it('resync from their cache', () =>
    eventually('the typed one does', async () => told('resync', 'before').includes('typed')));

  it('go on after the daemon was killed and started again, and miss nothing', async () => {
    await pilotage.crash();
    const port = new URL(pilotage.ready.api).port;
    await pilotage.up('--api', `127.0.0.1:${port}`);
    await k.ok('delete', 'configmap', 'before', '-n', 'watched');
    await k.ok('create', 'configmap', 'after', '-n', 'watched');
    await allSay('add', 'after');
    await allSay('delete', 'before');
  });

  it('had no error of reading, and saw each object added once', () => {
    expect(lines.filter(({ event }) => event === 'error')).to.deep.equal([]);
    for (const name of ['before', 'one', 'after']) {
      const adds = lines.filter((line) => line.event === 'add' && line.name === name);
      expect(adds.map(({ informer }) => informer).sort(), name).to.deep.equal(INFORMERS);
    }
  });
});
