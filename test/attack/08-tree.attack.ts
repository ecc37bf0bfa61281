import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import type { Work } from '../e2e/harness.ts';
import { cleanEnv } from '../e2e/processes.ts';
import type { Attack } from './attack.ts';
import { deployed, plainRepository, told } from './promotion.ts';

/** Writes an object into a clone and gives its id. */
function write(work: Work, type: string, content: string | Buffer): string {
  const args = type === 'tree' ? ['mktree'] : ['hash-object', '-w', '--stdin', '-t', type];
  return execFileSync('git', args, { cwd: work.dir, env: cleanEnv(), input: content }).toString().trim();
}

/** Folders that link to one folder: `width` times on each of `levels`. */
function bomb(work: Work, levels: number, width: number, leaf: string): string {
  let tree = leaf;
  for (let level = 0; level < levels; level++) {
    const below = tree;
    tree = write(
      work,
      'tree',
      Array.from({ length: width }, (_, i) => `040000 tree ${below}\td${i}\n`).join(''),
    );
  }
  return tree;
}

const lines = (count: number, mode: string, type: string, oid: string): string =>
  Array.from({ length: count }, (_, i) => `${mode} ${type} ${oid}\tf${i}\n`).join('');

/** Adds a folder `extra` to the root of a delivery that runs, pushes it, and mends it afterwards. */
function pushing(name: string, said: RegExp, make: (work: Work) => string): Attack['run'] {
  return async (target) => {
    const work = await plainRepository(target, name, '\n{name: dev, branch: main}');
    const before = await work.git('rev-parse', 'HEAD');
    await deployed(target, `${name}/dev`, before);
    const root = `${await work.git('ls-tree', 'HEAD')}\n040000 tree ${make(work)}\textra\n`;
    const commit = await work.git('commit-tree', write(work, 'tree', root), '-p', before, '-m', 'bomb');
    const { code, stderr } = await work.push(`${commit}:main`);
    const text = told(stderr);
    expect(text).to.match(said);
    // A pack that was refused is refused again below whatever comes after it.
    const parent = code === 0 ? commit : before;
    const mended = await work.git('commit-tree', `${before}^{tree}`, '-p', parent, '-m', 'mend');
    await work.push(`${mended}:main`);
    await deployed(target, `${name}/dev`, mended);
    return said.exec(text)?.[0] ?? '';
  };
}

export const attacks: readonly Attack[] = [
  {
    input: 'a tree of 12 levels with 10 links to one tree each: twenty objects, a million million files',
    run: pushing('treebomb', /more than 50,000 files and folders/, (work) =>
      bomb(work, 12, 10, write(work, 'tree', lines(1, '100644', 'blob', write(work, 'blob', 'x')))),
    ),
  },
  {
    input: 'folders that are nested a thousand deep',
    run: pushing('treedeep', /nested more than 64 deep/, (work) =>
      bomb(work, 1_000, 1, write(work, 'tree', lines(1, '100644', 'blob', write(work, 'blob', 'x')))),
    ),
  },
  {
    input: 'names of a thousand letters, seven folders deep, ten thousand times',
    run: pushing('treenames', /the paths have more than 8 MiB together/, (work) => {
      let tree = write(work, 'tree', lines(10_000, '100644', 'blob', write(work, 'blob', 'x')));
      for (let level = 0; level < 7; level++)
        tree = write(work, 'tree', `040000 tree ${tree}\t${'n'.repeat(1_000)}\n`);
      return tree;
    }),
  },
  {
    input: 'one file of 300 MB of zeros, which is 300 KB in the pack',
    run: pushing('treezeros', /a file may have 5 MiB|an object may have|too large/, (work) =>
      write(work, 'tree', lines(1, '100644', 'blob', write(work, 'blob', Buffer.alloc(300 * 2 ** 20)))),
    ),
  },
  {
    input: 'one file of 4 MB that forty names link to',
    run: pushing('treelinks', /more than 64 MiB together/, (work) =>
      write(work, 'tree', lines(40, '100644', 'blob', write(work, 'blob', Buffer.alloc(4 * 2 ** 20)))),
    ),
  },
  {
    input: 'sixty thousand symbolic links',
    run: pushing('treesymlinks', /more than 50,000 files and folders/, (work) =>
      write(work, 'tree', lines(60_000, '120000', 'blob', write(work, 'blob', '../../etc/passwd'))),
    ),
  },
];
