import { expect } from 'chai';
import { formatProblem, ProblemError } from '../../../src/base/errors.ts';
import { withMounts } from '../../../src/base/mountedtree.ts';
import { mountOf, remoteBase } from '../../../src/render/kustomize/remote.ts';
import { tree } from '../tree.ts';
import { buildAlone } from './build.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const REF = `?ref=${COMMIT}`;

/** As kustomize takes them apart (api `internal/git/repospec_test.go` has these shapes): address → what is cloned, the folder in it. */
const FORMS: readonly (readonly [string, string, string])[] = [
  ['github.com/org/repo', 'https://github.com/org/repo', ''],
  ['github.com/org/repo/a/b', 'https://github.com/org/repo', 'a/b'],
  ['GitHub.com/org/repo//a/b', 'https://github.com/org/repo', 'a/b'],
  ['https://github.com/org/repo.git/a', 'https://github.com/org/repo.git', 'a'],
  ['http://github.com/org/repo/a', 'https://github.com/org/repo', 'a'],
  ['git::https://github.com/org/repo//a', 'https://github.com/org/repo', 'a'],
  [
    'https://gitlab.example.com:8443/group/sub/repo.git//a/./b',
    'https://gitlab.example.com:8443/group/sub/repo.git',
    'a/b',
  ],
  ['https://git.example.com/org/repo/a', 'https://git.example.com/org/repo', 'a'],
  ['https://me@dev.azure.com/org/project/_git/repo/a', 'https://dev.azure.com/org/project/_git/repo', 'a'],
  ['http://127.0.0.1:7080/git/shop.git//a', 'http://127.0.0.1:7080/git/shop.git', 'a'],
];

const REFUSED: readonly (readonly [string, RegExp])[] = [
  [
    `git@github.com:org/repo.git//a${REF}`,
    /by ssh.*\n.*Write https:\/\/github\.com\/org\/repo\.git\/\/a\?ref=COMMIT/,
  ],
  [
    `ssh://git@git.example.com/org/repo.git${REF}`,
    /by ssh.*\n.*Write https:\/\/git\.example\.com\/org\/repo\.git\?ref=COMMIT/,
  ],
  [`file:///srv/repo.git${REF}`, /by file, and a base is fetched by https alone/],
  ['github.com/org/repo//a', /names no commit.*\n.*git ls-remote https:\/\/github\.com\/org\/repo HEAD/],
  [
    'github.com/org/repo//a?ref=v1.2',
    /names v1\.2, which may be another commit.*\n.*git ls-remote https:\/\/github\.com\/org\/repo v1\.2/,
  ],
  ['https://git.example.com/org/repo?version=main', /names main/],
  ['https://raw.githubusercontent.com/org/repo/main/a.yaml', /is a file elsewhere.*\n.*Download it/],
  ['https://example.com/a/all.yml', /is a file elsewhere/],
  [`https://github.com/org/repo//../x${REF}`, /is a file elsewhere/],
];

const said = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof ProblemError) return formatProblem(error.problem);
    throw error;
  }
  return 'nothing';
};

describe('a base of another repository', () => {
  for (const [written, url, folder] of FORMS) {
    it(`may be named as ${written}`, () => {
      const base = remoteBase(written + REF, { file: 'k.yaml' });
      expect(base).to.include({ url, folder, commit: COMMIT });
    });
  }

  for (const [written, message] of REFUSED) {
    it(`is refused as ${written}`, () => {
      expect(said(() => remoteBase(written, { file: 'k.yaml', line: 2 }))).to.match(message);
    });
  }

  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
  const OWN = {
    'k/kustomization.yaml': `namePrefix: dev-\nresources: [github.com/org/repo//a${REF}]\n`,
    'own.yaml': map('own'),
  };
  const mounted = (files: Record<string, string>, own: Record<string, string> = OWN) =>
    withMounts(
      tree(own),
      new Map([[mountOf({ url: 'https://github.com/org/repo', commit: COMMIT }), tree(files)]]),
    );

  it('is built with all that it leads to in its own repository', () => {
    const files = {
      'a/kustomization.yaml': 'resources: [../b, a.yaml]\n',
      'a/a.yaml': map('a'),
      'b/kustomization.yaml': 'resources: [b.yaml]\n',
      'b/b.yaml': map('b'),
    };
    const built = buildAlone(mounted(files), 'k');
    expect(built.map(({ object }) => object.metadata.name).sort()).to.deep.equal(['dev-a', 'dev-b']);
    expect(built[0]?.origin.file).to.match(/^\.git\/github\.com\/org\/repo@0123/);
  });

  it('cannot lead out of its repository', () => {
    const files = { 'a/kustomization.yaml': 'resources: [../../../../../../k]\n' };
    expect(said(() => buildAlone(mounted(files), 'k'))).to.contain('is outside of the repository');
  });

  it('is reached by its address alone', () => {
    const files = { 'a/kustomization.yaml': 'resources: [a.yaml]\n', 'a/a.yaml': map('a') };
    const path = `${mountOf({ url: 'https://github.com/org/repo', commit: COMMIT })}/a`;
    const own = { 'k/kustomization.yaml': `resources: [../${path}]\n` };
    expect(said(() => buildAlone(mounted(files, own), 'k'))).to.contain('is outside of the repository');
  });

  it('says that it is not here where nobody has fetched it, and which folder is missing where somebody has', () => {
    expect(said(() => buildAlone(tree(OWN), 'k'))).to.match(
      /k\/kustomization\.yaml:2: .*is not here: .*\n.*Push it/,
    );
    expect(said(() => buildAlone(mounted({ 'x.yaml': map('x') }), 'k'))).to.contain(
      'neither a file nor a folder',
    );
  });
});
