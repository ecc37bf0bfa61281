import { expect } from 'chai';
import { failed } from '../../src/base/errors.ts';
import { discover, type FileAt, type KnownEnvironment } from '../../src/model/environments.ts';
import { readPilotageFile } from '../../src/model/pilotagefile.ts';
import { GATE_GRAMMAR } from '../../src/promotion/gates/list.ts';

const file = (environments: string): FileAt =>
  readPilotageFile(
    `apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nspec:\n  environments: ${environments}\n`,
    GATE_GRAMMAR,
  );

interface Scene {
  readonly branches: string;
  readonly files?: Readonly<Record<string, FileAt>>;
  readonly known?: string;
}

/** `name@branch` for what is known; a trailing `*` marks one that stood in a file. */
function known(text = ''): KnownEnvironment[] {
  return text
    .split(' ')
    .filter(Boolean)
    .map((one) => {
      const [name = '', branch = ''] = one.replace('*', '').split('@');
      return { name, branch, origin: one.endsWith('*') ? 'file' : 'convention' };
    });
}

/** `dev@main prod!BranchMissing`: a live environment with its branch, a frozen one with its reason. */
function found(scene: Scene): string {
  return discover({
    delivery: 'shop',
    defaultBranch: 'main',
    branches: new Set(scene.branches.split(' ')),
    fileAt: (branch) => scene.files?.[branch],
    known: known(scene.known),
  })
    .map(({ name, frozen, asked, own }) =>
      frozen ? `${name}!${frozen.reason}` : `${name}@${(asked ?? own)?.terms.branch}`,
    )
    .join(' ');
}

const THREE =
  '[{name: dev, branch: main}, {name: preprod, promotion: {from: dev}}, {name: prod, promotion: {from: preprod}}]';

describe('discovery of environments', () => {
  it('without a file, lets dev follow the default branch, and branches named preprod and prod be stages', () => {
    expect(found({ branches: 'main' })).to.equal('dev@main');
    expect(found({ branches: 'main prod' })).to.equal('dev@main prod@prod');
    expect(found({ branches: 'main dev preprod prod' })).to.equal('dev@dev preprod@preprod prod@prod');
  });

  it('takes the environments of the default branch, in the order of its file', () => {
    const files = { main: file(THREE), preprod: file(THREE), prod: file(THREE) };
    expect(found({ branches: 'main preprod prod', files })).to.equal('dev@main preprod@preprod prod@prod');
  });

  const prodWithoutBranch = (...before: KnownEnvironment[]) =>
    discover({
      delivery: 'shop',
      defaultBranch: 'main',
      branches: new Set(['main']),
      fileAt: () => file(THREE),
      known: before,
    }).find(({ name }) => name === 'prod');
  const messageOf = (one: ReturnType<typeof prodWithoutBranch>) => one?.frozen?.message;

  it('freezes what waits for its first promotion, which creates the branch', () => {
    const prod = prodWithoutBranch();
    expect(messageOf(prod)).to.match(/first promotion from preprod creates it/);
    expect(prod?.asked?.terms.namespace).to.equal('shop-prod');
  });

  it('goes on saying so until something was deployed; then the branch is missed', () => {
    const waiting: KnownEnvironment = { name: 'prod', branch: 'prod', from: 'preprod', origin: 'file' };
    expect(messageOf(prodWithoutBranch(waiting))).to.match(/first promotion from preprod creates it/);
    expect(messageOf(prodWithoutBranch({ ...waiting, deployed: true }))).to.match(
      /does not exist any more; what is deployed stays/,
    );
  });

  const strict = '[{name: dev, branch: main}, {name: prod, promotion: {from: dev, gates: {approvals: 2}}}]';
  const weak = '[{name: dev, branch: main}, {name: prod, branch: main}]';

  it('lets the default branch only propose for an environment that exists, and hears its own branch too', () => {
    const prod = discover({
      delivery: 'shop',
      defaultBranch: 'main',
      branches: new Set(['main', 'prod']),
      fileAt: (branch) => file(branch === 'prod' ? strict : weak),
      known: known('dev@main* prod@prod*'),
    }).find(({ name }) => name === 'prod');
    expect(prod?.known && prod.frozen === undefined).to.equal(true);
    expect([prod?.asked?.by, prod?.asked?.terms.branch]).to.deep.equal(['main', 'main']);
    expect([prod?.own?.by, prod?.own?.terms.promotion?.gates.approvals]).to.deep.equal(['prod', 2]);
  });

  it('lets a broken or emptied file of the default branch stop only what lives on that branch', () => {
    const scene = (main: FileAt): Scene => ({
      branches: 'main prod',
      files: { main, prod: file(strict) },
      known: 'dev@main* prod@prod*',
    });
    expect(found(scene(failed({ reason: 'YamlError', message: 'bad' })))).to.equal(
      'dev!FileInvalid prod@prod',
    );
    expect(found(scene(file('[{name: dev, branch: main}]')))).to.equal('dev@main prod@prod');
  });

  const frozen: readonly [why: string, scene: Scene, expected: string][] = [
    [
      'a branch was deleted',
      { branches: 'main', known: 'dev@main prod@prod' },
      'dev@main prod!BranchMissing',
    ],
    [
      'the file was deleted',
      { branches: 'main prod', known: 'dev@main* prod@prod*' },
      'dev!FileMissing prod!FileMissing',
    ],
    [
      'the entry was deleted',
      { branches: 'main', files: { main: file('[{name: dev, branch: main}]') }, known: 'dev@main* qa@main*' },
      'dev@main qa!EntryMissing',
    ],
    [
      'its own branch lost the file',
      { branches: 'main prod', files: { main: file('[{name: prod}]') }, known: 'prod@prod*' },
      'prod!FileMissing',
    ],
    [
      'the file cannot be read',
      {
        branches: 'main',
        files: { main: failed({ reason: 'YamlError', message: 'bad' }) },
        known: 'dev@main*',
      },
      'dev!FileInvalid',
    ],
    [
      'the copy of its own branch cannot be read',
      {
        branches: 'main prod',
        files: {
          main: file('[{name: dev, branch: main}, {name: prod}]'),
          prod: failed({ reason: 'X', message: 'bad' }),
        },
        known: 'dev@main* prod@prod*',
      },
      'dev@main prod!FileInvalid',
    ],
  ];
  for (const [why, scene, expected] of frozen) {
    it(`freezes, and never deletes, an environment when ${why}`, () => {
      expect(found(scene)).to.equal(expected);
    });
  }
});
