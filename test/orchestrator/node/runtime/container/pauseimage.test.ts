import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pauseArchive } from '../../../../../src/orchestrator/node/runtime/container/pauseimage.ts';
import { until } from '../../helpers.ts';

describe('the image that holds the network of a pod', () => {
  let place: string;
  before(() => {
    place = mkdtempSync(join(tmpdir(), 'pilotage-pause-'));
  });
  after(() => rmSync(place, { recursive: true, force: true }));

  it('is an archive of a program that waits until it is ended', async () => {
    execFileSync('tar', ['-x', '-C', place], { input: pauseArchive(arch()) });
    const program = spawn(join(place, 'pause'));
    await once(program, 'spawn');
    // It is the first process of a pod whose containers share theirs, and waits for no child.
    const ignored = () =>
      /^SigIgn:\s*(\S+)/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1] ?? '';
    await until('SIGCHLD to be ignored', () => (BigInt(`0x${ignored()}`) >> 16n) & 1n);
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).to.deep.equal([null, 'SIGTERM']);
  });

  it('has a program for each architecture, for that architecture', () => {
    for (const [name, machine] of [
      ['x64', 62],
      ['arm64', 183],
    ] as const) {
      execFileSync('tar', ['-x', '-C', place], { input: pauseArchive(name) });
      const bytes = readFileSync(join(place, 'pause'));
      expect(bytes.readUInt16LE(18)).to.equal(machine);
      expect(bytes.readBigUInt64LE(96)).to.equal(BigInt(bytes.length));
    }
  });

  it('is refused on an architecture without one, by its name', () =>
    expect(() => pauseArchive('mips')).to.throw('pods of containers are not supported on mips'));
});
