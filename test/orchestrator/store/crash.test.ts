import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ConfigMap } from '../../../src/kube/kinds/objects.data.ts';
import type { Store } from '../../../src/orchestrator/store/types.ts';
import { type Bench, createBench, keyOf } from './harness.ts';

const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));

interface Acknowledged {
  readonly name: string;
  readonly value: number;
  readonly revision: number;
}

function acknowledgement(line: string): Acknowledged {
  const [name = '', value, revision] = line.split(' ');
  return { name, value: Number(value), revision: Number(revision) };
}

/** Every acknowledged write is there, or a later one of the same key. */
function expectNothingLost(store: Store, acknowledged: readonly Acknowledged[]): void {
  for (const { name, value, revision } of acknowledged) {
    const entry = store.get(keyOf(name));
    const stored = Number((entry?.object as ConfigMap | undefined)?.data?.value ?? -1);
    expect(stored, `${name} at revision ${revision}`).to.be.at.least(value);
  }
  expect(store.revision).to.be.at.least(Math.max(...acknowledged.map(({ revision }) => revision)));
}

describe('store and the death of its process', () => {
  let bench: Bench;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    bench = await createBench();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await bench.dispose();
  });

  /** Lines that the child printed until `enough` of them, or its end; then it is killed with no warning. */
  async function linesOf(process: ChildProcess, enough: number): Promise<string[]> {
    const lines: string[] = [];
    if (!process.stdout) throw new Error('no stdout');
    for await (const line of createInterface(process.stdout)) {
      lines.push(line);
      if (lines.length === enough) process.kill('SIGKILL');
    }
    return lines;
  }

  it('loses no acknowledged write at kill -9', async () => {
    child = spawn(process.execPath, ['--import', 'tsx', writer, bench.dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = await linesOf(child, 400);
    expect(lines.length).to.be.at.least(400);
    expectNothingLost(await bench.open(), lines.map(acknowledgement));
  });

  it('refuses writes by name when the disk is full, and loses nothing of what it acknowledged', async function () {
    if (process.platform === 'win32') this.skip();
    // A file size limit stands in for a full disk: LevelDB sees the same failing write.
    const command = `ulimit -f 64 && exec "$0" --import tsx "$1" "$2" 1`;
    child = spawn('/bin/sh', ['-c', command, process.execPath, writer, bench.dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = await linesOf(child, 1_000_000);
    const refusal = lines.pop();
    expect(refusal).to.match(/^refused nothing was written: the data directory .* refuses: .*File too large/);
    expect(lines.length).to.be.greaterThan(10);
    expectNothingLost(await bench.open(), lines.map(acknowledgement));
  });
});
