import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { execIn, type Target } from '../../../../../src/orchestrator/node/runtime/container/exec.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

const frame = (stream: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};
const target = {
  name: 'main',
  container: { Id: 'id', State: { Status: 'running' }, Config: {} },
} as unknown as Target;

describe('a command in a container', () => {
  async function run(exitCode: number, printed: string) {
    const connection = new PassThrough();
    connection.end(frame(2, printed));
    const engine = {
      createExec: async () => 'exec',
      startExec: async () => connection,
      inspectExec: async () => ({ Running: false, ExitCode: exitCode }),
    } as unknown as Engine;
    return execIn(engine, new FakeClock(), target, { command: ['run'] });
  }

  it('that could not be executed is an error, in the words of runc alone', async () => {
    const words =
      'runc: exec failed: unable to start container process: exec: "run": executable file not found';
    expect(await run(127, `Error: ${words}\nError: read unixpacket: connection reset`)).to.deep.equal({
      type: 'error',
      message: words,
    });
  });

  it('that says itself that something is not found has its own exit code', async () =>
    expect(await run(127, 'sh: run: not found')).to.deep.equal({ type: 'exited', exitCode: 127 }));
});
