import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const module = pathToFileURL(join(import.meta.dirname, '../../src/base/stall.ts')).href;

/** Runs a program that is watched; resolves with the signal that ended it, its code, and what it said. */
function watched(body: string): Promise<{ signal: string | null; code: number | null; stderr: string }> {
  const source = `import { endWhenStalled } from ${JSON.stringify(module)};
    const end = endWhenStalled({ limitMs: 200, beatMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    ${body}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGABRT',
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stderr })));
}

describe('stall', () => {
  it('ends a process whose event loop does not turn any more, and says so', async () => {
    const { signal, stderr } = await watched('for (;;) await undefined;');
    expect(signal).to.equal('SIGKILL');
    expect(stderr).to.contain('the main thread has been busy for 200 ms');
  });

  it('lets one live whose event loop turns, and does not keep it alive', async () => {
    const { code, signal } = await watched('');
    expect([code, signal]).to.deep.equal([0, null]);
  });
});
