import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../src/base/log.ts';
import { readBootId } from '../../../../../src/base/proc.ts';
import {
  attemptDir,
  readShim,
  writeIntent,
} from '../../../../../src/orchestrator/node/runtime/process/attemptrecord.ts';
import {
  type Attempts,
  createAttempts,
} from '../../../../../src/orchestrator/node/runtime/process/attempts.ts';
import { rootDir } from '../../../../../src/orchestrator/node/runtime/process/poddirs.ts';
import type { ContainerRef } from '../../../../../src/orchestrator/node/runtime/spec.ts';
import { scratch, until } from '../../helpers.ts';

describe('attempts of the process runtime', () => {
  const place = scratch();
  const opened: Attempts[] = [];
  let pods = 0;

  const open = (): Attempts => {
    const runtime = createAttempts({ root: place.path, clock: systemClock, logger: silentLogger });
    opened.push(runtime);
    return runtime;
  };
  const newRef = (): ContainerRef => ({ pod: `pod-${pods++}`, container: 'web', attempt: 0 });
  const run = async (runtime: Attempts, script: string, ref = newRef()): Promise<ContainerRef> => {
    const result = await runtime.start({
      ref,
      argv: ['/bin/sh', '-c', script],
      env: {
        PATH: '/usr/bin:/bin',
        GREETING: 'hello',
        PILOTAGE_ROOT: rootDir(place.path, ref.pod, ref.container),
      },
      cwd: '/',
      image: { reference: 'host', digest: '' },
      backOffMs: 0,
      restarts: 0,
    });
    expect(result).to.deep.equal({ ok: true });
    return ref;
  };
  const stateOf = (runtime: Attempts, ref: ContainerRef) => runtime.list(ref.pod).at(-1)?.state;
  const ended = (runtime: Attempts, ref: ContainerRef) =>
    until('the end of the container', () => {
      const state = stateOf(runtime, ref);
      return state && state.type !== 'running' ? state : undefined;
    });
  const logOf = (runtime: Attempts, ref: ContainerRef) => readFileSync(runtime.logFile(ref), 'utf8');

  after(() => {
    for (const runtime of opened) runtime.close();
    place.dispose();
  });

  it('writes output and error straight to the log and the exit code to a file', async () => {
    const runtime = open();
    const ref = await run(runtime, 'echo $GREETING; echo oops >&2; exit 7');
    expect(await ended(runtime, ref)).to.deep.include({ type: 'exited', exitCode: 7 });
    expect(logOf(runtime, ref)).to.equal('hello\noops\n');
  });

  it('reports a program that a signal ended as 128 + the signal', async () => {
    const runtime = open();
    const ref = await run(runtime, 'kill -SEGV $$');
    expect(await ended(runtime, ref)).to.deep.include({ type: 'exited', exitCode: 139 });
  });

  it('sends SIGTERM to the program, whose own exit code is what counts', async () => {
    const runtime = open();
    const ref = await run(runtime, 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.05; done');
    await until('the trap to be set', () => logOf(runtime, ref).includes('up'));
    runtime.signal(ref, 'SIGTERM');
    expect(await ended(runtime, ref)).to.deep.include({ type: 'exited', exitCode: 3 });
    expect(logOf(runtime, ref)).to.match(/^up\n[\s\S]*bye\n$/);
  });

  it('kills the whole group, and knows that its own SIGKILL was the end', async () => {
    const runtime = open();
    const ref = await run(runtime, 'trap "" TERM; sleep 300 & echo $!; wait; wait');
    const child = await until('the pid of the child', () => Number(logOf(runtime, ref)));
    runtime.signal(ref, 'SIGKILL');
    expect(await ended(runtime, ref)).to.deep.include({ type: 'exited', exitCode: 137 });
    await until('the end of the child', () => !isAlive(child));
  });

  it('kills the program of a container whose shim was killed alone', async () => {
    const runtime = open();
    const ref = await run(runtime, 'echo $$; exec sleep 300');
    const program = await until('the pid of the program', () => Number(logOf(runtime, ref)));
    const shim = await until('the shim', () => readShim(attemptDir(place.path, ref))?.pid);
    process.kill(shim, 'SIGKILL');
    expect(await ended(runtime, ref)).to.include({ type: 'lost' });
    await until('the end of the program', () => !isAlive(program));
  });

  it('leaves nothing of a container behind when its program ends', async () => {
    const runtime = open();
    const ref = await run(runtime, 'sleep 300 & echo $!');
    await ended(runtime, ref);
    const child = Number(logOf(runtime, ref));
    await until('the end of the child', () => !isAlive(child));
  });

  it('leaves nothing behind of what has left the group either, and nothing of the next attempt is taken for that', async () => {
    const runtime = open();
    const daemon = '(setsid sh -c "echo \\$\\$; exec sleep 300" &) &';
    const ref = await run(
      runtime,
      `${daemon} while ! [ -s end ]; do sleep 0.02; done; rm end`.replaceAll(' end', ` ${place.path}/end`),
    );
    const stray = await until('the pid of the daemon', () => Number(logOf(runtime, ref)));
    expect(isAlive(stray)).to.equal(true);
    writeFileSync(`${place.path}/end`, 'x');
    await ended(runtime, ref);
    const next = await run(runtime, 'sleep 300', { ...ref, attempt: 1 });
    await until('the end of the daemon', () => !isAlive(stray));
    expect(stateOf(runtime, next)).to.include({ type: 'running' });
    runtime.signal(next, 'SIGKILL');
    await ended(runtime, next);
  });

  it('tells of an end at once', async () => {
    const runtime = open();
    const told: string[] = [];
    runtime.onExit((pod) => told.push(pod));
    const ref = await run(runtime, 'exit 0');
    await until('word of the end', () => told.includes(ref.pod));
  });

  it('re-adopts the same process and is told of its end', async () => {
    const first = open();
    const ref = await run(
      first,
      'echo up; while [ ! -e "$0.stop" ]; do sleep 0.02; done; exit 5'.replace(
        '$0',
        join(place.path, 'signal'),
      ),
    );
    const before = stateOf(first, ref);
    first.close();
    const second = open();
    const told: string[] = [];
    second.onExit((pod) => told.push(pod));
    expect(stateOf(second, ref)).to.deep.equal(before);
    writeFileSync(join(place.path, 'signal.stop'), '');
    await until('word of the end', () => told.includes(ref.pod));
    expect(stateOf(second, ref)).to.deep.include({ type: 'exited', exitCode: 5 });
  });

  it('finds the true exit code of a container that ended while nobody looked', async () => {
    const first = open();
    const ref = await run(first, 'exit 42');
    await ended(first, ref);
    first.close();
    expect(stateOf(open(), ref)).to.deep.include({ type: 'exited', exitCode: 42 });
  });

  it('says lost for a process of an earlier boot, whatever has its pid now', () => {
    const ref = newRef();
    const dir = attemptDir(place.path, ref);
    writeIntent(dir, intent({ bootId: 'another boot' }));
    writeFileSync(join(dir, 'pid'), readFileSync('/proc/self/stat'));
    expect(stateOf(open(), ref)?.type).to.equal('lost');
  });

  it('says lost for a pid that another process has got since', () => {
    const ref = newRef();
    const dir = attemptDir(place.path, ref);
    writeIntent(dir, intent({ bootId: readBootId() }));
    const fields = readFileSync('/proc/self/stat', 'utf8').split(' ');
    fields[21] = '1';
    writeFileSync(join(dir, 'pid'), fields.join(' '));
    expect(stateOf(open(), ref)?.type).to.equal('lost');
  });

  it('claims an attempt whose shim never came, so that a late one runs nothing', () => {
    const ref = newRef();
    const dir = attemptDir(place.path, ref);
    writeIntent(dir, intent({ bootId: readBootId() }));
    expect(stateOf(open(), ref)?.type).to.equal('lost');
    expect(() => writeFileSync(join(dir, 'pid'), '', { flag: 'wx' })).to.throw(/EEXIST/);
  });

  const intent = ({ bootId }: { bootId: string }) => ({
    argv: ['/bin/true'] as const,
    env: {},
    cwd: '/',
    image: { reference: 'host', digest: '' },
    backOffMs: 0,
    restarts: 0,
    startedAt: 1_000,
    bootId,
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
