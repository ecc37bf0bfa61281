import { expect } from 'chai';
import { systemClock } from '../../../../../src/base/clock.ts';
import { silentLogger } from '../../../../../src/base/log.ts';
import { createPipe, type Pipe } from '../../../../../src/base/pipe.ts';
import { UNCONFINED } from '../../../../../src/orchestrator/node/runtime/process/confinement/pods.ts';
import { createProcessRuntime } from '../../../../../src/orchestrator/node/runtime/process/processruntime.ts';
import type { TerminalSize } from '../../../../../src/orchestrator/node/runtime/runtime.ts';
import type { ContainerSpec } from '../../../../../src/orchestrator/node/runtime/spec.ts';
import { scratch, until } from '../../helpers.ts';
import { containerSpec } from '../notation.ts';

const pipe = <T>(): Pipe<T> => createPipe<T>({ costOf: () => 1, limit: 100 });

describe('what a client joins of a process', () => {
  const place = scratch();
  const runtime = createProcessRuntime({
    root: place.path,
    podCidr: '127.198.0.0/16',
    hostIP: '127.0.0.1',
    images: { resolve: () => ({ type: 'host' }), directoryOf: () => '' },
    confinement: UNCONFINED,
    hostEnvironment: { PATH: '/usr/bin:/bin' },
    clock: systemClock,
    logger: silentLogger,
  });
  after(async () => {
    await runtime.close();
    place.dispose();
  });

  async function run(pod: string, script: string, more: Partial<ContainerSpec> = {}) {
    const spec = {
      pod,
      namespace: 'shop',
      name: pod,
      hostname: pod,
      hostNetwork: false,
      containers: ['main'],
      images: ['host'],
    };
    await runtime.runSandbox({ ...spec, volumesDir: `${place.path}/${pod}/.volumes` });
    const ref = { pod, container: 'main', attempt: 0 };
    const image = { reference: 'host', digest: '' };
    const env = { PATH: '/usr/bin:/bin' };
    expect(
      await runtime.start(containerSpec(ref, ['sh', '-c', script], { image, env, ...more })),
    ).to.deep.equal({ ok: true });
    return ref;
  }

  function join(ref: Awaited<ReturnType<typeof run>>, how: { command?: string[]; tty?: boolean } = {}) {
    const stdin = pipe<Buffer>();
    const sizes = pipe<TerminalSize>();
    const abort = new AbortController();
    const seen = { text: '' };
    const streams = {
      stdin: stdin.values(),
      sizes: sizes.values(),
      onStdout: async (piece: Buffer) => {
        seen.text += piece;
      },
      signal: abort.signal,
    };
    const outcome = how.command
      ? runtime.exec(ref, { ...streams, command: how.command, tty: how.tty === true })
      : runtime.attach(ref, streams);
    return {
      write: (text: string) => void stdin.push(Buffer.from(text)),
      stdin,
      sizes,
      abort,
      seen,
      outcome,
    };
  }

  it('reads what the first client writes until that client ends, where its input is for once', async () => {
    const ref = await run('pod-once', 'cat; echo closed; exit 5', { input: 'once' });
    const client = join(ref);
    client.write('hello\n');
    await until('the echo', () => client.seen.text.includes('hello'));
    client.stdin.end();
    expect(await client.outcome).to.deep.equal({ type: 'exited', exitCode: 5 });
    expect(client.seen.text).to.equal('hello\nclosed\n');
  });

  it('reads on after a client has gone, where its input stays open', async () => {
    const ref = await run('pod-open', 'while read line; do echo "got $line"; done; echo closed', {
      input: 'open',
    });
    const first = join(ref);
    first.write('one\n');
    await until('the first answer', () => first.seen.text.includes('got one'));
    first.stdin.end();
    first.abort.abort();
    expect(await first.outcome).to.deep.equal({ type: 'canceled' });
    const second = join(ref);
    second.write('two\n');
    await until('the second answer', () => second.seen.text.includes('got two'));
    expect(second.seen.text).not.to.include('closed');
    second.abort.abort();
    await runtime.signal(ref, 'SIGKILL');
  });

  it('has no input unless its pod says so', async () => {
    const ref = await run('pod-deaf', 'while :; do sleep 1; done');
    const outcome = await join(ref).outcome;
    expect(outcome.type === 'error' && outcome.message).to.include('has no standard input');
    await runtime.signal(ref, 'SIGKILL');
  });

  it('has a terminal of the size that the client has, which a container keeps when the client goes', async () => {
    const ref = await run('pod-tty', 'stty -echo; echo "$TERM"; while read line; do eval "$line"; done', {
      tty: true,
      input: 'open',
    });
    const client = join(ref);
    void client.sizes.push({ columns: 101, rows: 33 });
    client.write('test -t 0 && echo terminal\n');
    await until('a size', () => {
      client.write('stty size\n');
      return client.seen.text.includes('33 101');
    });
    expect(client.seen.text).to.include('terminal\r\n');
    client.abort.abort();
    await client.outcome;
    const next = join(ref);
    next.write('echo still here\n');
    await until('an answer', () => next.seen.text.includes('still here'));
    next.write('exit 7\n');
    expect(await next.outcome).to.deep.equal({ type: 'exited', exitCode: 7 });
  });

  it('gives a command a terminal with job control, and tells its exit code', async () => {
    const ref = await run('pod-exec', 'while :; do sleep 1; done');
    const client = join(ref, {
      command: ['sh', '-c', 'test -t 1 && stty size; read line; echo "read $line" >&2; exit 9'],
      tty: true,
    });
    void client.sizes.push({ columns: 90, rows: 20 });
    client.write("it's\n");
    expect(await client.outcome).to.deep.equal({ type: 'exited', exitCode: 9 });
    expect(client.seen.text).to.include("read it's\r\n");
    await runtime.signal(ref, 'SIGKILL');
  });

  it('is not held up by a program that reads nothing, nor left behind when its client goes', async () => {
    const ref = await run('pod-full', 'while :; do sleep 1; done', { input: 'open' });
    const client = join(ref);
    for (let i = 0; i < 50; i++) client.write('x'.repeat(64 * 1024));
    const other = await runtime.exec(ref, { command: ['true'] });
    expect(other).to.deep.equal({ type: 'exited', exitCode: 0 });
    client.abort.abort();
    expect(await client.outcome).to.deep.equal({ type: 'canceled' });
    await runtime.signal(ref, 'SIGKILL');
  });

  it('says why it ended in the file of its termination message', async () => {
    const path = '/dev/termination-log';
    const script = `test -s "$MESSAGE" && exit 8; printf why >"$MESSAGE"; echo log; exit 3`;
    const env = { PATH: '/usr/bin:/bin', MESSAGE: `${place.path}/pod-message/.roots/main${path}` };
    const ref = await run('pod-message', script, { terminationMessagePath: path, env });
    const ended = async (attempt: number) =>
      until('the end', async () => {
        const found = (await runtime.attempts(ref.pod))[attempt];
        return found?.state.type === 'exited'
          ? { output: found.output, code: found.state.exitCode }
          : undefined;
      });
    expect(await ended(0)).to.deep.equal({ output: 'why', code: 3 });
    await runtime.startAgain(ref, { backOffMs: 0, restarts: 1 });
    expect(await ended(1)).to.deep.equal({ output: 'why', code: 3 });
  });

  it('leads nobody elsewhere by a link in place of that file', async () => {
    const path = '/message';
    const link = `${place.path}/pod-link/.roots/main${path}`;
    const script = `rm "${link}"; ln -s /etc/passwd "${link}"; exit 1`;
    const ref = await run('pod-link', script, { terminationMessagePath: path });
    const attempt = await until('the end', async () => {
      const [found] = await runtime.attempts(ref.pod);
      return found?.state.type === 'exited' ? found : undefined;
    });
    expect(attempt.output ?? '').to.equal('');
  });
});
