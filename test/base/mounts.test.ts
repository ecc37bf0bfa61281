import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mountMemory } from '../../src/base/mounts.ts';

describe('a folder in memory', () => {
  it('is not asked for by a program that may not mount: none is started for it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pilotage-mounts-'));
    const { PATH } = process.env;
    try {
      const before = statSync(folder).dev;
      process.env.PATH = folder;
      expect(mountMemory(folder, 4096, 0n)).to.equal(false);
      expect(statSync(folder).dev).to.equal(before);
    } finally {
      process.env.PATH = PATH;
      rmSync(folder, { recursive: true });
    }
  });
});
