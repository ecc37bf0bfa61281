import { expect } from 'chai';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { StreamError } from '../../../../src/orchestrator/link/failure.ts';
import { CHANNEL } from '../../../../src/orchestrator/link/frame.ts';
import {
  type LinkRequest,
  type RequestKind,
  type RequestOf,
  type ResultOf,
  readResult,
} from '../../../../src/orchestrator/link/requests.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { serveRequest } from '../../../../src/orchestrator/node/link/handlers.ts';
import type { PodRuntime } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { settle } from '../../../fakes/clock.ts';
import { LOGS, linkPair } from '../../link/pair.ts';
import { until } from '../helpers.ts';
import { FAKE_PROGRAMS } from '../runtime/fakeprograms.ts';
import { createFakeMachine } from '../runtime/fakeruntime.ts';
import { containerSpec } from '../runtime/notation.ts';

const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: LOGS.pod,
  spec: { containers: [{ name: 'main' }, { name: 'idle' }] },
  status: {
    containerStatuses: [
      {
        name: 'idle',
        state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } },
        ready: false,
        restartCount: 0,
        image: '',
        imageID: '',
      },
    ],
  },
};
const TARGET = { pod: LOGS.pod, container: 'main' };

/** The API server's end of a link whose agent has one pod, with one container that serves. */
async function linked(change: (runtime: PodRuntime) => Partial<PodRuntime> = () => ({}), pod: Pod = POD) {
  const machine = createFakeMachine();
  const own = machine.open();
  const runtime = { ...own, ...change(own) };
  await runtime.runSandbox({
    pod: LOGS.pod.uid,
    namespace: 'shop',
    name: 'web',
    hostname: 'web',
    hostNetwork: false,
    containers: ['main', 'idle'],
    images: ['app', 'app'],
    volumesDir: '/nowhere',
  });
  const ref = { pod: LOGS.pod.uid, container: 'main', attempt: 0 };
  await runtime.start(containerSpec(ref, FAKE_PROGRAMS.serves(0), { env: { GREETING: 'hello' } }));
  const sources = {
    runtime,
    podOf: (uid: string) => (uid === LOGS.pod.uid ? pod : undefined),
    addressOf: (uid: string) => (uid === LOGS.pod.uid ? '127.1.0.1' : undefined),
    nodeStats: () => ({ at: 1_000, cpuNanoseconds: 2 ** 60, memoryBytes: 4096 }),
    serveHttp: () => undefined,
    logger: silentLogger,
  };
  const pair = linkPair((request, stream) => void serveRequest(request, stream, sources));
  const ask = async <K extends RequestKind>(request: RequestOf<K>): Promise<ResultOf<K> | undefined> => {
    const stream = await pair.server.open(request as LinkRequest);
    return readResult(request.type, await stream.result);
  };
  return { ...pair, ask, runtime, machine };
}

async function outputOf(stream: LinkStream): Promise<{ out: string; err: string }> {
  const seen = { out: '', err: '' };
  for await (const { channel, bytes } of stream.pieces()) {
    if (channel === CHANNEL.stdout) seen.out += bytes;
    if (channel === CHANNEL.stderr) seen.err += bytes;
  }
  return seen;
}

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => (error instanceof StreamError ? `${error.reason}: ${error.message}` : 'not typed'),
  );

describe('a request to a node', () => {
  it("for a connection of another node is refused for an address that is not the pod's, and for no pod of this node", async () => {
    const { server } = await linked();
    const dial = (pod: string, host: string) => server.open({ type: 'dial', node: 'n', pod, host, port: 80 });
    const refusal = 'NotFound: no pod of this node that takes connections has';
    expect(await failureOf(dial(LOGS.pod.uid, '127.0.0.1'))).to.equal(`${refusal} 127.0.0.1`);
    expect(await failureOf(dial('another', '127.1.0.1'))).to.equal(`${refusal} 127.1.0.1`);
  });

  it('for a connection of another node reaches a pod in the network of this node at the ports that it declares, and nothing else there', async () => {
    const ports = [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' as const }];
    const spec = { hostNetwork: true, containers: [{ name: 'main', ports }] };
    const { server } = await linked(undefined, { ...POD, spec });
    const dial = (port: number) =>
      failureOf(server.open({ type: 'dial', node: 'n', pod: LOGS.pod.uid, host: '127.1.0.1', port }));
    for (const port of [22, 53])
      expect(await dial(port)).to.equal(
        `NotFound: pod "web" is in the network of its node, and declares no port ${port}`,
      );
    expect(await dial(8080)).to.equal('ServiceUnavailable: nothing listens on port 8080');
  });

  it('for a log gets it, and the end of it', async () => {
    const { server } = await linked();
    expect(await outputOf(await server.open(LOGS))).to.deep.equal({ out: 'up\n', err: '' });
  });

  it('for a log that is followed goes on until the container ends', async () => {
    const { server, runtime } = await linked();
    const output = outputOf(await server.open({ ...LOGS, follow: true }));
    await settle();
    await runtime.signal({ pod: LOGS.pod.uid, container: 'main', attempt: 0 }, 'SIGTERM');
    expect((await output).out).to.equal('up\nbye\n');
  });

  it('for a log ends at the node when the reader cancels', async () => {
    let isOver = false;
    const { server, agent } = await linked((runtime) => ({
      async *logs(ref, options, signal) {
        yield* runtime.logs(ref, options, signal);
        isOver = true;
      },
    }));
    const abort = new AbortController();
    await server.open({ ...LOGS, follow: true }, abort.signal);
    abort.abort();
    await until('the node to stop reading', () => isOver);
    expect(agent.size).to.equal(0);
  });

  it('for what is not there is refused in the words of the kubelet', async () => {
    const { server } = await linked();
    const asked = (more: Partial<RequestOf<'logs'>>) => failureOf(server.open({ ...LOGS, ...more }));
    expect(await asked({ pod: { ...LOGS.pod, uid: 'other' } })).to.equal(
      'NotFound: pod "web" is not on this node',
    );
    expect(await asked({ container: 'nope' })).to.equal(
      'BadRequest: container nope is not valid for pod web',
    );
    expect(await asked({ container: 'idle' })).to.equal(
      'BadRequest: container "idle" in pod "web" is waiting to start: no such image',
    );
    expect(await asked({ previous: true })).to.equal(
      'BadRequest: previous terminated container "main" in pod "web" not found',
    );
  });

  it('for stats gets numbers of what runs', async () => {
    const { ask } = await linked();
    const stats = await ask({ type: 'stats', pod: LOGS.pod });
    expect(stats?.containers).to.deep.equal([
      { container: 'main', cpuNanoseconds: 1_000, memoryBytes: 4_096, processes: 1 },
    ]);
  });

  it('to run a command carries its streams and its exit code', async () => {
    const { server } = await linked();
    const command = FAKE_PROGRAMS.copies(6);
    const stream = await server.open({ type: 'exec', ...TARGET, command, stdin: true });
    const output = outputOf(stream);
    const input = 'line\n'.repeat(100_000);
    await stream.send(CHANNEL.stdin, Buffer.from(input));
    await stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdin]));
    expect((await output).out === input).to.equal(true);
    expect(readResult('exec', await stream.result)).to.deep.equal({ exitCode: 6 });
  });

  it('to run a command keeps standard error apart', async () => {
    const { server } = await linked();
    const command = FAKE_PROGRAMS.complains('oops', 1);
    const stream = await server.open({ type: 'exec', ...TARGET, command, stdin: false });
    expect(await outputOf(stream)).to.deep.equal({ out: '', err: 'oops\n' });
    expect(readResult('exec', await stream.result)).to.deep.equal({ exitCode: 1 });
  });

  it('to run a command that does not exist, or in a container that does not run, says so', async () => {
    const { server, runtime } = await linked();
    const run = async (command: readonly string[]) => {
      const stream = await server.open({ type: 'exec', ...TARGET, command, stdin: false });
      return stream.result;
    };
    expect(await failureOf(run(['nope']))).to.equal('BadRequest: there is no program "nope"');
    await runtime.signal({ pod: LOGS.pod.uid, container: 'main', attempt: 0 }, 'SIGKILL');
    expect(await failureOf(run(FAKE_PROGRAMS.prints('', 0)))).to.include('is not running');
  });

  it('to run a command ends it when the reader cancels, and when the link breaks', async () => {
    for (const how of ['cancel', 'cut'] as const) {
      let signal: AbortSignal | undefined;
      const { server, cut } = await linked((runtime) => ({
        exec(ref, request) {
          signal = request.signal;
          return runtime.exec(ref, request);
        },
      }));
      const command = FAKE_PROGRAMS.stubborn;
      const stream = await server.open({ type: 'exec', ...TARGET, command, stdin: false });
      if (how === 'cut') cut();
      else stream.reset(new StreamError('Canceled', 'enough'));
      await until('the command to be canceled', () => signal?.aborted);
    }
  });

  it('to join a container carries what it prints from then on', async () => {
    const { server, runtime } = await linked();
    const stream = await server.open({ type: 'attach', ...TARGET, stdin: false });
    const output = outputOf(stream);
    await settle();
    await runtime.signal({ pod: LOGS.pod.uid, container: 'main', attempt: 0 }, 'SIGTERM');
    expect(await output).to.deep.equal({ out: 'bye\n', err: '' });
    expect(readResult('attach', await stream.result)).to.deep.equal({ exitCode: 0 });
  });

  it('for a port is refused where nothing listens, and carries both directions where something does', async () => {
    const request = { type: 'portForward', pod: LOGS.pod, port: 8080 } as const;
    const closed = await linked();
    expect(await failureOf(closed.server.open(request))).to.equal(
      'ServiceUnavailable: nothing listens on port 8080',
    );
    const written: string[] = [];
    let finish = () => {};
    const { server } = await linked(() => ({
      portForward: async () => ({
        output: (async function* () {
          yield Buffer.from('welcome');
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          yield Buffer.from('bye');
        })(),
        write: async (bytes) => void written.push(String(bytes)),
        end: () => finish(),
        destroy: () => {},
      }),
    }));
    const stream = await server.open(request);
    await stream.send(CHANNEL.stdin, Buffer.from('hello'));
    await stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdin]));
    expect((await outputOf(stream)).out).to.equal('welcomebye');
    expect(written).to.deep.equal(['hello']);
  });

  it('for what the machine uses is answered, also after a hundred days of its processors', async () => {
    const { ask } = await linked();
    expect(await ask({ type: 'nodeStats' })).to.deep.equal({
      at: 1_000,
      cpuNanoseconds: 2 ** 60,
      memoryBytes: 4096,
    });
  });

  it('that makes the runtime fail is a failure with its message', async () => {
    const { ask } = await linked(() => ({
      stats: async () => {
        throw new Error('the engine is gone');
      },
    }));
    expect(await failureOf(ask({ type: 'stats', pod: LOGS.pod }))).to.equal(
      'InternalError: the engine is gone',
    );
  });
});
