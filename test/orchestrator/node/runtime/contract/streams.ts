import { expect } from 'chai';
import { execForOutput } from '../../../../../src/orchestrator/node/runtime/execoutput.ts';
import { until } from '../../helpers.ts';
import { type Harness, lasting, textOf } from './harness.ts';

export function describeStreams(harness: Harness): void {
  describe('logs', () => {
    it('are followed until the container ends', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(0));
      const text = textOf(harness.runtime.logs(ref, { follow: true, timestamps: false }, lasting()));
      await harness.up(ref);
      await harness.runtime.signal(ref, 'SIGTERM');
      expect(await text).to.equal('up\nbye\n');
    });

    it('end when the reader cancels', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(0));
      await harness.up(ref);
      const abort = new AbortController();
      const text = textOf(harness.runtime.logs(ref, { follow: true, timestamps: false }, abort.signal));
      abort.abort();
      expect('up\n'.startsWith(await text)).to.equal(true);
      await harness.runtime.signal(ref, 'SIGKILL');
    });

    it('are cut to their last lines and to a number of bytes, with times where they are asked for', async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(0));
      await harness.up(ref);
      await harness.runtime.signal(ref, 'SIGTERM');
      await harness.ended(ref);
      const read = (more: object) =>
        textOf(harness.runtime.logs(ref, { follow: false, timestamps: false, ...more }, lasting()));
      expect(await read({ tailLines: 1 })).to.equal('bye\n');
      expect(await read({ limitBytes: 2 })).to.equal('up');
      expect(await read({ timestamps: true, tailLines: 1 })).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z bye\n$/);
      expect(await read({ sinceTime: '2100-01-01T00:00:00Z' })).to.equal('');
    });
  });

  describe('a command beside a container', () => {
    const server = async () => {
      const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(0));
      await harness.up(ref);
      return ref;
    };

    it('has its environment, and an exit code of its own', async () => {
      const ref = await server();
      const outcome = await execForOutput(
        harness.runtime,
        ref,
        harness.test.programs.shows('GREETING'),
        5_000,
      );
      expect(outcome).to.deep.equal({ type: 'exited', exitCode: 0, output: 'hello\n' });
      const failed = await execForOutput(harness.runtime, ref, harness.test.programs.prints('', 4), 5_000);
      expect(failed).to.deep.include({ type: 'exited', exitCode: 4 });
    });

    it('reads standard input to its end', async () => {
      const ref = await server();
      const output: Buffer[] = [];
      const pieces = Array.from({ length: 50 }, (_, n) => Buffer.alloc(10_000, 97 + (n % 26)));
      const outcome = await harness.runtime.exec(ref, {
        command: harness.test.programs.copies(6),
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
      await harness.runtime.exec(ref, {
        command: harness.test.programs.complains('oops', 1),
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
      const outcome = harness.runtime.exec(ref, {
        command: harness.test.programs.floods,
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
      const late = await harness.runtime.exec(ref, {
        command: harness.test.programs.stubborn,
        timeoutMs: 50,
      });
      expect(late).to.deep.equal({ type: 'timeout' });
      const abort = new AbortController();
      const outcome = harness.runtime.exec(ref, {
        command: harness.test.programs.stubborn,
        signal: abort.signal,
      });
      abort.abort();
      expect(await outcome).to.deep.equal({ type: 'canceled' });
    });

    it('that does not exist is an error, as is one beside a container that has ended', async () => {
      const ref = await server();
      const unknown = await harness.runtime.exec(ref, { command: ['no-such-program'] });
      expect(unknown.type === 'error' && unknown.message).to.include('no-such-program');
      await harness.runtime.signal(ref, 'SIGKILL');
      await harness.ended(ref);
      const late = await harness.runtime.exec(ref, { command: harness.test.programs.prints('', 0) });
      expect(late.type === 'error' && late.message).to.include('not running');
    });
  });

  it('joins the output of a running container', async () => {
    const ref = await harness.run(await harness.sandbox(), harness.test.programs.serves(9));
    await harness.up(ref);
    let seen = '';
    const outcome = harness.runtime.attach(ref, {
      async onStdout(piece) {
        seen += piece;
      },
    });
    // Joined once a round trip of the runtime is over.
    await harness.runtime.attempts(ref.pod);
    await harness.runtime.signal(ref, 'SIGTERM');
    expect(await outcome).to.deep.equal({ type: 'exited', exitCode: 9 });
    expect(seen).to.be.oneOf(['', 'bye\n']);
  });
}
