/** What every runtime of a node has to keep: `describeRuntime` runs it against one. */
import { expect } from 'chai';
import { execForOutput } from '../../../../src/orchestrator/node/runtime/execoutput.ts';
import type { Attempt, PodRuntime, RuntimeEvent } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import type { ContainerRef, ContainerSpec, Sandbox } from '../../../../src/orchestrator/node/runtime/spec.ts';
import { until } from '../helpers.ts';

/** What the programs of the contract do, as a command of the runtime under test. */
export interface Programs {
  /** Prints a line and ends with the code. */
  prints(line: string, exitCode: number): readonly string[];
  /** Prints `up`, runs until SIGTERM, then prints `bye` and ends with the code. */
  serves(exitCode: number): readonly string[];
  /** Prints `up` and ignores SIGTERM. */
  stubborn: readonly string[];
  /** Prints the value of a variable and ends. */
  shows(variable: string): readonly string[];
  /** Prints a file and ends. */
  reads(path: string): readonly string[];
  /** Copies standard input to standard output and ends with the code. */
  copies(exitCode: number): readonly string[];
  /** Prints a line to standard error and ends with the code. */
  complains(line: string, exitCode: number): readonly string[];
  /** Writes lines without end. */
  floods: readonly string[];
}

export interface RuntimeUnderTest {
  /** An image that `pullImage` finds, and one that it does not. */
  readonly image: string;
  readonly missingImage: string;
  readonly programs: Programs;
  /** An agent's runtime; one that is opened later finds what earlier ones started. */
  open(): PodRuntime;
  /** Makes a directory on this node that mounts may come from, with one file in it. */
  volume(pod: string, name: string, file: string, text: string): string;
  volumesDir(pod: string): string;
  dispose(): Promise<void>;
}

export function describeRuntime(name: string, create: () => RuntimeUnderTest): void {
  describe(`runtime contract: ${name}`, () => {
    let test: RuntimeUnderTest;
    let runtime: PodRuntime;
    const opened: PodRuntime[] = [];
    let pods = 0;

    before(() => {
      test = create();
      runtime = open();
    });
    after(async () => {
      await runtime.stopAll({ graceMs: 0 });
      await Promise.all(opened.map((one) => one.close()));
      await test.dispose();
    });

    function open(): PodRuntime {
      const one = test.open();
      opened.push(one);
      return one;
    }

    async function sandbox(more: Partial<Sandbox> = {}): Promise<Sandbox> {
      const pod = `pod-${pods++}`;
      const result = await runtime.runSandbox({
        pod,
        namespace: 'shop',
        name: pod,
        hostname: pod,
        hostNetwork: false,
        containers: ['main', 'other'],
        volumesDir: test.volumesDir(pod),
        ...more,
      });
      if (!result.ok) throw new Error(result.message);
      return result.sandbox;
    }

    async function run(
      { pod }: Pick<Sandbox, 'pod'>,
      command: readonly string[],
      more: Partial<ContainerSpec> = {},
    ): Promise<ContainerRef> {
      const ref = { pod, container: 'main', attempt: 0, ...more.ref };
      const pulled = await runtime.pullImage(test.image);
      if (!pulled.ok) throw new Error(pulled.message);
      const result = await runtime.start({
        image: pulled.image,
        command,
        args: [],
        env: { PATH: '/usr/bin:/bin', GREETING: 'hello' },
        mounts: [],
        resources: { requests: {}, limits: {} },
        backOffMs: 0,
        restarts: 0,
        ...more,
        ref,
      });
      expect(result).to.deep.equal({ ok: true });
      return ref;
    }

    const attemptOf = async ({ pod, container, attempt }: ContainerRef, of = runtime) =>
      (await of.attempts(pod)).find(({ ref }) => ref.container === container && ref.attempt === attempt);
    const ended = (ref: ContainerRef, of = runtime): Promise<Attempt> =>
      until(`the end of ${ref.pod}`, async () => {
        const found = await attemptOf(ref, of);
        return found && found.state.type !== 'running' ? found : undefined;
      });
    const lasting = () => new AbortController().signal;
    const textOf = async (pieces: AsyncIterable<Buffer>): Promise<string> => {
      const all: Buffer[] = [];
      for await (const piece of pieces) all.push(piece);
      return Buffer.concat(all).toString();
    };
    const logOf = (ref: ContainerRef, of = runtime): Promise<string> =>
      textOf(of.logs(ref, { follow: false, timestamps: false }, lasting()));
    const up = (ref: ContainerRef) =>
      until('the program to be up', async () => (await logOf(ref)) === 'up\n');

    describe('a sandbox', () => {
      it('has an address of its own, and the same one when it is asked for again', async () => {
        const [one, other] = [await sandbox(), await sandbox()];
        expect(one.address).to.match(/^[\d.]+$/);
        expect(one.address).to.not.equal(other.address);
        const again = await runtime.runSandbox(one);
        expect(again.ok && again.sandbox.address).to.equal(one.address);
      });

      it('keeps its address under the next agent', async () => {
        const before = await sandbox();
        const next = await open().runSandbox(before);
        expect(next.ok && next.sandbox.address).to.equal(before.address);
      });

      it('that is removed takes its containers and their records along, and is forgotten', async () => {
        const place = await sandbox();
        const ref = await run(place, test.programs.stubborn);
        await up(ref);
        expect(await runtime.pods()).to.include(place.pod);
        await runtime.removeSandbox(place.pod);
        expect(await runtime.attempts(place.pod)).to.deep.equal([]);
        expect(await runtime.pods()).to.not.include(place.pod);
        await runtime.removeSandbox(place.pod);
      });
    });

    describe('an image', () => {
      it('that is there is pulled, and named as the pod names it', async () => {
        const result = await runtime.pullImage(test.image, { onProgress: () => {} });
        expect(result.ok && result.image.reference).to.equal(test.image);
      });

      it('that is not there says what would make it available', async () => {
        const result = await runtime.pullImage(test.missingImage);
        expect(result.ok ? '' : result.message).to.include(test.missingImage);
      });
    });

    describe('a container', () => {
      it('runs, ends by itself, and leaves its exit code and its output', async () => {
        const ref = await run(await sandbox(), test.programs.prints('one', 7));
        expect((await ended(ref)).state).to.deep.include({ type: 'exited', exitCode: 7 });
        expect(await logOf(ref)).to.equal('one\n');
      });

      it('that failed repeats the end of its output', async () => {
        const ref = await run(await sandbox(), test.programs.prints('what went wrong', 1));
        expect((await ended(ref)).output).to.equal('what went wrong');
      });

      it('gets its environment', async () => {
        const ref = await run(await sandbox(), test.programs.shows('GREETING'));
        await ended(ref);
        expect(await logOf(ref)).to.equal('hello\n');
      });

      it('finds variables of the runtime beneath its own', async () => {
        const place = await sandbox();
        const env = await runtime.environment(place, { name: 'main', ports: [8080] });
        for (const value of Object.values(env)) expect(value).to.be.a('string');
      });

      it('finds its mounts', async () => {
        const place = await sandbox();
        const source = test.volume(place.pod, 'settings', 'size', '10\n');
        const mount = { source, target: '/etc/app', readOnly: true };
        const env = await runtime.environment(place, { name: 'main', ports: [] });
        const ref = await run(place, test.programs.reads('/etc/app/size'), {
          mounts: [mount],
          env: { PATH: '/usr/bin:/bin', ...env },
        });
        await ended(ref);
        expect(await logOf(ref)).to.equal('10\n');
      });

      it('ends on SIGTERM with its own exit code', async () => {
        const ref = await run(await sandbox(), test.programs.serves(3));
        await up(ref);
        await runtime.signal(ref, 'SIGTERM');
        expect((await ended(ref)).state).to.deep.include({ type: 'exited', exitCode: 3 });
        expect(await logOf(ref)).to.include('bye\n');
      });

      it('that ignores SIGTERM ends on SIGKILL, with 137', async () => {
        const ref = await run(await sandbox(), test.programs.stubborn);
        await up(ref);
        await runtime.signal(ref, 'SIGTERM');
        expect((await attemptOf(ref))?.state.type).to.equal('running');
        await runtime.signal(ref, 'SIGKILL');
        expect((await ended(ref)).state).to.deep.include({ type: 'exited', exitCode: 137 });
      });

      it('tells of its end', async () => {
        const events: RuntimeEvent[] = [];
        const stop = runtime.subscribe((event) => events.push(event));
        const ref = await run(await sandbox(), test.programs.prints('', 0));
        await until('word of the end', () =>
          events.some(({ type, pod }) => type === 'exited' && pod === ref.pod),
        );
        stop();
        expect((await attemptOf(ref))?.state.type).to.equal('exited');
      });

      it('keeps what restarts are counted by, and a new name for every attempt', async () => {
        const place = await sandbox();
        const first = await run(place, test.programs.prints('', 1), { backOffMs: 0, restarts: 0 });
        await ended(first);
        const second = await run(place, test.programs.prints('', 1), {
          ref: { ...first, attempt: 1 },
          backOffMs: 10_000,
          restarts: 1,
        });
        await ended(second);
        const attempts = await runtime.attempts(place.pod);
        expect(attempts.map(({ ref }) => ref.attempt)).to.deep.equal([0, 1]);
        expect(attempts[1]).to.deep.include({ backOffMs: 10_000, restarts: 1 });
        expect(new Set(attempts.map(({ id }) => id)).size).to.equal(2);
        expect(attempts[0]?.id).to.match(/^[a-z]+:\/\/.+/);
        await runtime.forget(first);
        expect((await runtime.attempts(place.pod)).map(({ ref }) => ref.attempt)).to.deep.equal([1]);
      });

      it('is started again with what the attempt before was started with', async () => {
        const place = await sandbox();
        const first = await run(place, test.programs.shows('GREETING'));
        await ended(first);
        expect(await runtime.startAgain(first, { backOffMs: 10_000, restarts: 1 })).to.deep.equal({
          ok: true,
        });
        const second = { ...first, attempt: 1 };
        expect(await ended(second)).to.deep.include({ backOffMs: 10_000, restarts: 1 });
        expect(await logOf(second)).to.equal('hello\n');
        const unknown = { ...first, container: 'other' };
        expect(await runtime.startAgain(unknown, { backOffMs: 0, restarts: 0 })).to.equal(undefined);
      });

      it('whose program does not exist is refused, with its name', async () => {
        const { pod } = await sandbox();
        const pulled = await runtime.pullImage(test.image);
        const result = await runtime.start({
          ref: { pod, container: 'main', attempt: 0 },
          image: pulled.ok ? pulled.image : { reference: '', digest: '' },
          command: ['no-such-program'],
          args: [],
          env: { PATH: '/usr/bin:/bin' },
          mounts: [],
          resources: { requests: {}, limits: {} },
          backOffMs: 0,
          restarts: 0,
        });
        expect(result).to.deep.include({ ok: false, reason: 'RunContainerError' });
        expect(result.ok ? '' : result.message).to.include('no-such-program');
        expect(await runtime.attempts(pod)).to.deep.equal([]);
      });
    });

    describe('the next agent', () => {
      it('finds what runs, and learns of its end', async () => {
        const ref = await run(await sandbox(), test.programs.serves(5));
        await up(ref);
        const before = await attemptOf(ref);
        const next = open();
        const events: RuntimeEvent[] = [];
        next.subscribe((event) => events.push(event));
        expect(await attemptOf(ref, next)).to.deep.equal(before);
        await next.signal(ref, 'SIGTERM');
        await until('word of the end', () => events.some(({ pod }) => pod === ref.pod));
        expect((await ended(ref, next)).state).to.deep.include({ type: 'exited', exitCode: 5 });
      });

      it('finds the exit code of what ended before', async () => {
        const ref = await run(await sandbox(), test.programs.prints('x', 42));
        await ended(ref);
        const next = open();
        expect((await attemptOf(ref, next))?.state).to.deep.include({ type: 'exited', exitCode: 42 });
        expect(await logOf(ref, next)).to.equal('x\n');
      });

      it('finds planned ends after everything was stopped', async () => {
        const place = await sandbox();
        const ref = await run(place, test.programs.serves(0));
        const other = await run(place, test.programs.stubborn, { ref: { ...ref, container: 'other' } });
        await up(ref);
        await up(other);
        await runtime.stopAll({ graceMs: 100 });
        const next = open();
        for (const one of [ref, other])
          expect((await attemptOf(one, next))?.state).to.deep.include({ type: 'exited', planned: true });
      });
    });

    describe('logs', () => {
      it('are followed until the container ends', async () => {
        const ref = await run(await sandbox(), test.programs.serves(0));
        const text = textOf(runtime.logs(ref, { follow: true, timestamps: false }, lasting()));
        await up(ref);
        await runtime.signal(ref, 'SIGTERM');
        expect(await text).to.equal('up\nbye\n');
      });

      it('end when the reader cancels', async () => {
        const ref = await run(await sandbox(), test.programs.serves(0));
        await up(ref);
        const abort = new AbortController();
        const text = textOf(runtime.logs(ref, { follow: true, timestamps: false }, abort.signal));
        abort.abort();
        expect('up\n'.startsWith(await text)).to.equal(true);
        await runtime.signal(ref, 'SIGKILL');
      });

      it('are cut to their last lines and to a number of bytes, with times where they are asked for', async () => {
        const ref = await run(await sandbox(), test.programs.serves(0));
        await up(ref);
        await runtime.signal(ref, 'SIGTERM');
        await ended(ref);
        const read = (more: object) =>
          textOf(runtime.logs(ref, { follow: false, timestamps: false, ...more }, lasting()));
        expect(await read({ tailLines: 1 })).to.equal('bye\n');
        expect(await read({ limitBytes: 2 })).to.equal('up');
        expect(await read({ timestamps: true, tailLines: 1 })).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z bye\n$/);
        expect(await read({ sinceTime: '2100-01-01T00:00:00Z' })).to.equal('');
      });
    });

    describe('a command beside a container', () => {
      const server = async () => {
        const ref = await run(await sandbox(), test.programs.serves(0));
        await up(ref);
        return ref;
      };

      it('has its environment, and an exit code of its own', async () => {
        const ref = await server();
        const outcome = await execForOutput(runtime, ref, test.programs.shows('GREETING'), 5_000);
        expect(outcome).to.deep.equal({ type: 'exited', exitCode: 0, output: 'hello\n' });
        const failed = await execForOutput(runtime, ref, test.programs.prints('', 4), 5_000);
        expect(failed).to.deep.include({ type: 'exited', exitCode: 4 });
      });

      it('reads standard input to its end', async () => {
        const ref = await server();
        const output: Buffer[] = [];
        const pieces = Array.from({ length: 50 }, (_, n) => Buffer.alloc(10_000, 97 + (n % 26)));
        const outcome = await runtime.exec(ref, {
          command: test.programs.copies(6),
          stdin: (async function* () {
            yield* pieces;
          })(),
          onStdout: async (piece) => void output.push(piece),
        });
        expect(outcome).to.deep.equal({ type: 'exited', exitCode: 6 });
        expect(Buffer.concat(output).equals(Buffer.concat(pieces))).to.equal(true);
      });

      it('keeps standard output and error apart', async () => {
        const ref = await server();
        const seen = { out: '', err: '' };
        const into = (name: keyof typeof seen) => async (piece: Buffer) => {
          seen[name] += piece;
        };
        await runtime.exec(ref, {
          command: test.programs.complains('oops', 1),
          onStdout: into('out'),
          onStderr: into('err'),
        });
        expect(seen).to.deep.equal({ out: '', err: 'oops\n' });
      });

      it('waits for a slow reader', async () => {
        const ref = await server();
        const abort = new AbortController();
        let bytes = 0;
        let pieces = 0;
        const outcome = runtime.exec(ref, {
          command: test.programs.floods,
          signal: abort.signal,
          onStdout(piece) {
            bytes += piece.length;
            pieces += 1;
            return new Promise(() => {});
          },
        });
        await until('the first piece', () => pieces > 0);
        expect(pieces).to.equal(1);
        expect(bytes).to.be.lessThan(1_000_000);
        abort.abort();
        expect(await outcome).to.deep.equal({ type: 'canceled' });
      });

      it('ends at its deadline, and when it is canceled', async () => {
        const ref = await server();
        const late = await runtime.exec(ref, { command: test.programs.stubborn, timeoutMs: 50 });
        expect(late).to.deep.equal({ type: 'timeout' });
        const abort = new AbortController();
        const outcome = runtime.exec(ref, { command: test.programs.stubborn, signal: abort.signal });
        abort.abort();
        expect(await outcome).to.deep.equal({ type: 'canceled' });
      });

      it('that does not exist is an error, as is one beside a container that has ended', async () => {
        const ref = await server();
        const unknown = await runtime.exec(ref, { command: ['no-such-program'] });
        expect(unknown.type === 'error' && unknown.message).to.include('no-such-program');
        await runtime.signal(ref, 'SIGKILL');
        await ended(ref);
        const late = await runtime.exec(ref, { command: test.programs.prints('', 0) });
        expect(late.type === 'error' && late.message).to.include('not running');
      });
    });

    it('joins the output of a running container', async () => {
      const ref = await run(await sandbox(), test.programs.serves(9));
      await up(ref);
      let seen = '';
      const outcome = runtime.attach(ref, {
        async onStdout(piece) {
          seen += piece;
        },
      });
      // Joined once a round trip of the runtime is over.
      await runtime.attempts(ref.pod);
      await runtime.signal(ref, 'SIGTERM');
      expect(await outcome).to.deep.equal({ type: 'exited', exitCode: 9 });
      expect(seen).to.be.oneOf(['', 'bye\n']);
    });

    it('measures what runs of a pod', async () => {
      const place = await sandbox();
      const ref = await run(place, test.programs.serves(0));
      await up(ref);
      const { at, containers } = await runtime.stats(place.pod);
      expect(at).to.be.greaterThan(0);
      expect(containers.map(({ container }) => container)).to.deep.equal(['main']);
      expect(containers[0]?.memoryBytes).to.be.greaterThan(0);
      expect(containers[0]?.processes).to.be.greaterThan(0);
      await runtime.signal(ref, 'SIGKILL');
      await ended(ref);
      expect((await runtime.stats(place.pod)).containers).to.deep.equal([]);
    });

    it('refuses a connection to a port on which nothing of the pod listens', async () => {
      const place = await sandbox();
      const failure = await runtime.portForward(place.pod, 1, lasting()).then(
        () => '',
        (error: Error) => error.message,
      );
      expect(failure).to.not.equal('');
    });

    it('knows which sockets answer at the address of a pod', async () => {
      const place = await sandbox();
      const endpoint = { pod: place.pod, host: place.address, port: 1 };
      expect(['own', 'nobody']).to.include(runtime.sockets.ownerOf(endpoint).type);
      expect([...runtime.sockets.wildcards().keys()]).to.not.include(place.pod);
    });
  });
}
