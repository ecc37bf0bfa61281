import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { failed, ok } from '../../../src/base/errors.ts';
import { openRepository } from '../../../src/git/repository.ts';
import type { ImageEntry } from '../../../src/model/deliveryfile.ts';
import { type BuildImage, createImageBuilder, referenceOf } from '../../../src/sync/source/images.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { commit } from '../../git/support/history.ts';

const entry = (path: string, build?: string): ImageEntry =>
  ({ path, ...(build ? { build } : {}) }) as ImageEntry;

describe('the reference of an image', () => {
  const trees = ['a'.repeat(40), 'b'.repeat(40), `${'a'.repeat(11)}${'b'.repeat(29)}`];
  const commands = [undefined, 'npm ci', 'npm ci --omit=dev'];

  it('is the same for the same tree and command, and another for every other', () => {
    const all = trees.flatMap((tree) =>
      commands.map((command) => referenceOf('shop', 'web', tree, entry('app', command))),
    );
    const again = trees.flatMap((tree) =>
      commands.map((command) => referenceOf('shop', 'web', tree, entry('moved', command))),
    );
    expect(new Set(all).size).to.equal(all.length);
    expect(again).to.deep.equal(all);
  });

  it('is a name that a pod may carry', () => {
    expect(referenceOf('shop', 'web', trees[0] ?? '', entry('app', 'make'))).to.match(
      /^shop\/web:[a-f0-9]{12}-[a-f0-9]{8}$/,
    );
  });
});

describe('building images', () => {
  const dir = scratch();
  let out = '';
  /** The files of the last build. */
  const exported = () =>
    readdirSync(out, { recursive: true, withFileTypes: true })
      .filter((found) => found.isFile())
      .map((found) => relative(out, join(found.parentPath, found.name)))
      .sort();
  const opened = openRepository(`${dir}/shop.git`, { create: true });
  after(async () => {
    (await opened).close();
    drop(dir);
  });

  async function built(
    images: Record<string, ImageEntry>,
    files: Record<string, string>,
    fails?: string,
    leftOut: readonly string[] = [],
  ) {
    const repository = await opened;
    const revision = await commit(repository, files);
    const asked: string[] = [];
    const sent: string[] = [];
    const build: BuildImage = async ({ ref, exportTo, onOutput }) => {
      asked.push(ref);
      onOutput('building');
      out = `${dir}/out-${Math.random()}`;
      await exportTo(out);
      return fails ? failed({ reason: 'BuildFailed', message: fails }) : ok({ digest: 'sha256:1' });
    };
    const planned = await createImageBuilder({
      repository: async () => repository,
      registriesOf: async () => [],
      build,
      containers: {
        readSecret: async () => ok({}),
        async build({ ref, entries, onLine }) {
          asked.push(ref);
          onLine('STEP 2/2: RUN make');
          for await (const { path } of entries()) sent.push(path);
          return fails ? failed({ reason: 'ImageBuildFailed', message: fails }) : ok({ digest: 'sha256:1' });
        },
      },
    })({
      delivery: 'shop',
      revision,
      images,
      exclude: leftOut,
      destination: { isElsewhere: false },
    });
    const result = planned.ok ? await planned.value.build(() => {}, new AbortController().signal) : planned;
    return { asked, sent, result, references: planned.ok ? planned.value.references : {} };
  }

  it('gives each image of the file a reference', async () => {
    const images = { web: entry('app'), all: entry('.') };
    const { result, asked, references } = await built(images, { 'app/a.js': '1' });
    expect(result.ok).to.equal(true);
    expect(Object.keys(references)).to.deep.equal(['web', 'all']);
    expect(Object.values(references)).to.deep.equal(asked);
  });

  it('keeps the reference while its folder stays, whatever changes beside it', async () => {
    const before = await built({ web: entry('app') }, { 'app/a.js': '1', 'chart/x': '1' });
    const after = await built({ web: entry('app') }, { 'app/a.js': '1', 'chart/x': '2' });
    expect(after.asked).to.deep.equal(before.asked);
  });

  it('keeps the reference while only what it leaves out changes, and writes nothing of that', async () => {
    const leftOut = ['chart', 'pilotage.yaml', 'values/prod.yaml'];
    const files = { 'a.js': '1', 'lib/b.js': '1', 'pilotage.yaml': '1', 'values/prod.yaml': '1' };
    const before = await built({ web: entry('.') }, { ...files, 'chart/x': '1' }, undefined, leftOut);
    const changed = {
      ...files,
      'pilotage.yaml': '2',
      'values/prod.yaml': '2',
      'chart/x': '2',
      'chart/y': '1',
    };
    const after = await built({ web: entry('.') }, changed, undefined, leftOut);
    expect(after.asked).to.deep.equal(before.asked);
    expect(exported()).to.deep.equal(['a.js', 'lib/b.js']);
    const other = await built({ web: entry('.') }, { ...files, 'lib/b.js': '2' }, undefined, leftOut);
    expect(other.asked).not.to.deep.equal(before.asked);
  });

  it('names the folder that a revision does not have, and where that is written', async () => {
    const { result, asked } = await built({ web: entry('nowhere') }, { 'app/a.js': '1' });
    expect(asked).to.deep.equal([]);
    expect(!result.ok && result.problems[0]).to.deep.include({ reason: 'SourceMissing' });
    expect(!result.ok && result.problems[0].message).to.contain('folder nowhere');
  });

  it('has an engine build those with a Dockerfile, under a name that no registry of the Internet has', async () => {
    const recipe = { dockerfile: 'Dockerfile', args: {}, secrets: {}, place: { file: 'pilotage.yaml' } };
    const images = { 'ex.org:5000/web': { path: 'app', container: recipe } };
    const files = { 'app/Dockerfile': 'FROM scratch\nRUN make', 'app/chart/x': '1', 'b.js': '1' };
    const { result, asked, sent } = await built(images, files, undefined, ['app/chart']);
    expect(result.ok).to.equal(true);
    expect(asked).to.have.length(1);
    expect(asked[0]).to.match(/^localhost\/shop\/ex\.org-5000\/web:[0-9a-f]{40}$/);
    expect(sent).to.deep.equal(['Dockerfile']);
    const failure = await built(images, files, 'make says no');
    expect(!failure.result.ok && failure.result.problems[0].place).to.deep.equal({
      file: 'app/Dockerfile',
      line: 2,
    });
    const nowhere = await built({ web: { path: 'gone', container: recipe } }, files);
    expect(!nowhere.result.ok && nowhere.result.problems[0].reason).to.equal('SourceMissing');
  });

  it('tells every build that failed', async () => {
    const { result } = await built({ a: entry('app'), b: entry('app') }, { 'app/a.js': '1' }, 'npm says no');
    expect(!result.ok && result.problems.map(({ message }) => message)).to.deep.equal([
      'npm says no',
      'npm says no',
    ]);
  });
});
