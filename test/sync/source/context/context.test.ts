import { expect } from 'chai';
import { formatProblem } from '../../../../src/base/errors.ts';
import { hashObject } from '../../../../src/git/objects/object.ts';
import type { FolderFiles } from '../../../../src/git/types.ts';
import type { ContainerRecipe } from '../../../../src/model/deliveryfile.ts';
import { contextOf } from '../../../../src/sync/source/context/context.ts';

const LINK = 'link to ';
/** A folder with these files; a text that begins with `LINK` is a link. */
function folder(files: Readonly<Record<string, string>>): FolderFiles {
  const contents = new Map(
    Object.entries(files).map(([path, text]) => [path, Buffer.from(text.replace(LINK, ''))]),
  );
  return {
    files: [...contents].map(([path, bytes]) => ({
      path,
      kind: files[path]?.startsWith(LINK) ? 'link' : path.endsWith('.sh') ? 'executable' : 'file',
      oid: hashObject('blob', bytes),
    })),
    read: ({ path }) => contents.get(path) ?? Buffer.alloc(0),
  };
}

const made = (files: Readonly<Record<string, string>>, recipe: Partial<ContainerRecipe> = {}, path = 'app') =>
  contextOf(folder(files), {
    path,
    container: {
      dockerfile: 'Dockerfile',
      args: {},
      secrets: {},
      place: { file: 'pilotage.yaml', line: 7 },
      ...recipe,
    },
  });
const sent = async (...args: Parameters<typeof made>) => {
  const context = await made(...args);
  if (!context.ok) throw new Error(formatProblem(context.problems[0]));
  const entries = [];
  for await (const entry of context.value.entries()) entries.push(entry);
  return { digest: context.value.digest, entries, paths: entries.map(({ path }) => path) };
};
const problemOf = async (...args: Parameters<typeof made>): Promise<string> => {
  const context = await made(...args);
  return context.ok ? '' : formatProblem(context.problems[0]);
};

const FILES = { Dockerfile: 'FROM scratch', 'run.sh': 'echo', 'src/a.js': '1', 'a.log': 'x' };

describe('the context of an image', () => {
  it('is the folder without what .dockerignore leaves out; that file and the Dockerfile are always sent', async () => {
    const { paths } = await sent({ ...FILES, '.dockerignore': '*\n!src' });
    expect(paths).to.deep.equal(['Dockerfile', 'src/a.js', '.dockerignore']);
  });

  it('goes by the .dockerignore of its own Dockerfile where there is one', async () => {
    const files = {
      ...FILES,
      'docker/web': 'FROM a',
      'docker/web.dockerignore': 'src',
      '.dockerignore': 'run.sh',
    };
    const { paths } = await sent(files, { dockerfile: 'docker/web' });
    expect(paths).to.include('run.sh').and.not.include('src/a.js');
  });

  it('keeps modes, and links that stay inside', async () => {
    const { entries } = await sent({ ...FILES, 'src/link': `${LINK}../run.sh` });
    expect(entries.find(({ path }) => path === 'run.sh')).to.include({ type: 'file', mode: 0o755 });
    expect(entries.find(({ path }) => path === 'src/link')).to.include({ type: 'link', target: '../run.sh' });
  });

  it('is the same image only where all that goes in is the same', async () => {
    const { digest } = await sent(FILES);
    expect(digest).to.match(/^[0-9a-f]{40}$/);
    const same = [await sent({ ...FILES }), await sent(FILES, { args: {} }, 'moved')];
    expect(same.map((one) => one.digest)).to.deep.equal([digest, digest]);
    const others = await Promise.all([
      sent({ ...FILES, 'src/a.js': '2' }),
      sent({ ...FILES, Dockerfile: 'FROM scratch AS a' }),
      sent({ ...FILES, Dockerfile: 'FROM scratch AS a' }, { target: 'a' }),
      sent(FILES, { args: { A: '1' } }),
      sent(FILES, { args: { A: '2' } }),
    ]);
    expect(new Set([digest, ...others.map((one) => one.digest)]).size).to.equal(6);
  });

  it('is the same image when only what is left out changes', async () => {
    const ignored = { ...FILES, '.dockerignore': '*.log' };
    expect((await sent(ignored)).digest).to.equal((await sent({ ...ignored, 'a.log': 'y' })).digest);
  });

  it('without its Dockerfile says where that is looked for, and where it is named', async () =>
    expect(await problemOf({ a: '1' })).to.equal(
      'pilotage.yaml:7: there is no app/Dockerfile at this revision\n' +
        '  → Correct `dockerfile:`, which is a path below `path:`, or add the file.',
    ));

  it('takes no link for a Dockerfile', async () =>
    expect(await problemOf({ Dockerfile: `${LINK}/etc/shadow` })).to.contain('there is no app/Dockerfile'));

  it('with a link that leads outside names it', async () => {
    expect(await problemOf({ ...FILES, 'src/out': `${LINK}../../etc/passwd` })).to.match(
      /^app\/src\/out: is a link to "..\/..\/etc\/passwd", which is not in the folder/,
    );
    expect(
      await problemOf({ ...FILES, 'src/out': `${LINK}/etc/passwd`, '.dockerignore': 'src/out' }),
    ).to.equal('');
  });

  it('without the stage that is to be built says so', async () =>
    expect(await problemOf(FILES, { target: 'served' })).to.match(/^app\/Dockerfile: has no stage served/));

  it('says what is wrong with its Dockerfile and its .dockerignore by their places in the repository', async () => {
    expect(await problemOf({ Dockerfile: 'FROMM a' }, {}, '')).to.match(/^Dockerfile:1: /);
    expect(await problemOf({ ...FILES, '.dockerignore': '[' })).to.match(/^app\/\.dockerignore:1: /);
  });
});
