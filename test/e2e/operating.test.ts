import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { main, Pilotage, statusOf } from './harness.ts';
import { describeWithKubectl } from './kubectl.ts';
import { run } from './processes.ts';

interface Block {
  readonly language: string;
  /** In the page, from 1: that of its first line. */
  readonly line: number;
  readonly text: string;
}

/** The fenced blocks of a page of Markdown, without the indentation that a list gives them. */
function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = '', language = '', text = ''], i, all) => ({
      language,
      line: page.slice(0, all[i]?.index).split('\n').length + 1,
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

const isByHand = ({ text }: Block): boolean => text.startsWith('# by hand');

describeWithKubectl('e2e: the page on operating', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let env: Record<string, string>;
  let clone: string;
  let blocks: readonly Block[];

  before(async () => {
    blocks = blocksOf(await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8'));
    pilotage = await Pilotage.start();
    const home = join(pilotage.dir, 'home');
    const bin = join(pilotage.dir, 'bin');
    await mkdir(home);
    await mkdir(bin);
    await writeFile(join(bin, 'pilotage'), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, {
      mode: 0o755,
    });
    env = {
      HOME: home,
      PATH: `${bin}:${process.env.PATH}`,
      PILOTAGE_DATA_DIR: pilotage.dataDir,
      NO_PROXY: '127.0.0.1',
    };
    const work = await pilotage.repository('shop');
    await work.git('remote', 'add', 'origin', work.remote);
    const pushed = await work.push();
    expect(pushed.code, pushed.stderr).to.equal(0);
    clone = work.dir;
    // What the page tells its reader to write into the chart.
    const variable = blocks.find(({ language }) => language === 'yaml')?.text.trim() ?? '';
    expect(variable).to.contain('secretKeyRef');
    await work.edit('chart/templates/deployment.hbs', (text) =>
      text.replace(/^( +)env:$/m, (line, indent) => `${line}\n${indent}  ${variable}`),
    );
  });
  after(() => pilotage?.stop());

  it('has blocks that work, one after the other', async () => {
    const runnable = blocks.filter((block) => block.language === 'sh' && !isByHand(block));
    expect(runnable.length).to.be.greaterThan(10);
    const script = runnable.map(({ line, text }) => `block=${line}\n${text}`).join('\n');
    const failed = `trap 'echo "operating.md: the block at line $block failed" >&2' ERR`;
    const { code, stdout, stderr } = await run(
      'bash',
      ['--norc', '-E', '-e', '-u', '-o', 'pipefail', '-c', `${failed}\n${script}`],
      { cwd: clone, env },
    );
    expect(code, `${stdout}\n${stderr}`).to.equal(0);
    expect(stderr).to.contain('shop-dev is healthy');
    expect(stdout).to.contain('Backed up').and.contain('Restored the backup');
    expect(await statusOf(pilotage, 'shop', 'dev')).to.equal(undefined);
  });
});
