import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ownData, ownProgram } from '../../src/base/ownfiles.ts';

const root = join(import.meta.dirname, '..', '..');
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const textOf = (file: string): string => readFileSync(join(root, 'src', file), 'utf8');

describe('files of the program that are no modules of the running process', () => {
  it('are found from the sources', () => {
    expect(existsSync(ownData('kube/schema/data/core.v1.json'))).to.equal(true);
    expect(fileURLToPath(ownProgram('render/pool/worker.ts'))).to.equal(
      join(root, 'src/render/pool/worker.ts'),
    );
  });

  it('are in a build: each program that is started has a row there', () => {
    const build = readFileSync(join(root, 'scripts/setup.mjs'), 'utf8');
    const started = files.flatMap((file) =>
      [...textOf(file).matchAll(/ownProgram\('([^']+)'\)/g)].map(([, path = '']) => path),
    );
    expect(started).to.have.length.greaterThan(1);
    for (const path of started) {
      const name = path.replaceAll('/', '-').replace(/\.(ts|cjs)$/, '');
      expect(build).to.include(`'${name}': 'src/${path}'`);
    }
  });

  it('are asked for there: no other module than config.ts says where it lies itself, since a build puts many into one file', () => {
    const asking = files.filter((file) => /\bimport\.meta\.(url|dirname|filename)\b/.test(textOf(file)));
    const allowed = [
      'base/ownfiles.ts',
      'config.ts',
      'git/pack/index-pack.ts',
      'render/pool/workerprocess.ts',
    ];
    expect(asking.filter((file) => !allowed.includes(file))).to.deep.equal([]);
  });
});
