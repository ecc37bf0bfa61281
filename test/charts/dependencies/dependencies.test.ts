import { expect } from 'chai';
import { ProblemError, problemOf } from '../../../src/base/errors.ts';
import { lockDigest } from '../../../src/charts/dependencies/lockdigest.ts';
import {
  type Asked,
  buildDependencies,
  type Sources,
  updateDependencies,
} from '../../../src/charts/dependencies/resolve.ts';
import { statusOf } from '../../../src/charts/dependencies/status.ts';
import { lockText, readLock } from '../../../src/charts/helm/lock.ts';
import { readMetadata } from '../../../src/charts/helm/metadata.ts';
import { digestOf } from '../../../src/charts/web/digest.ts';
import { goDialect } from '../../../src/render/helm/dialect.ts';
import {
  answer,
  archiveOf,
  type FakeWeb,
  fakeWeb,
  fetcherFor,
  packed,
  refusal,
  serveChart,
} from '../../fakes/chartservers.ts';
import { file } from '../helm/dialect.ts';

const REPOSITORY = 'oci://r.example.com/c';
const askedOf = (yaml: string, isOld = false): Asked => ({
  file: 'c/Chart.yaml',
  dependencies: readMetadata(file('Chart.yaml', `dependencies:\n${yaml}`), goDialect).dependencies,
  placeOf: (index) => ({ file: 'c/Chart.yaml', line: index + 2 }),
  isOld,
});
const sourcesOf = (web: FakeWeb): Sources => ({
  fetcher: fetcherFor(web),
  dialect: goDialect,
  urlOf: (repository) => {
    if (repository === '@corp') return 'https://c.example.com';
    if (!repository.startsWith('@')) return repository;
    throw new ProblemError({ reason: 'RepositoryUnknown', message: `nobody knows ${repository}` });
  },
  presentVersions: (name) => (name === 'own' ? ['1.0.0'] : []),
  packLocal: () => ({ version: '0.3.0', archive: packed('local', '0.3.0') }),
});

function registry(versions: readonly string[] = ['1.0.0', '1.2.0', '2.0.0']): FakeWeb {
  const web = fakeWeb();
  for (const version of versions)
    serveChart(web, { repository: 'c/lib', tag: version, archive: packed('lib', version) });
  web.answers['GET https://r.example.com/v2/c/lib/tags/list?n=1000'] = answer(
    200,
    JSON.stringify({ tags: versions }),
  );
  return web;
}

const LIB = `- {name: lib, version: ^1, repository: "${REPOSITORY}"}`;

describe('the dependencies of a chart', () => {
  it('are hashed as Helm hashes them', () => {
    // Written by helm 4.2.4 of the same Chart.yaml.
    const asked = askedOf(
      '- {name: lib, version: "^1.0", repository: "oci://127.0.0.1:43287/c", alias: l, tags: [a, b], import-values: [x, {child: a, parent: b}], condition: "l.on,l.<b>"}\n- {name: cl, version: ">= 1", repository: "http://127.0.0.1:18999/"}\n- {name: other, version: 0.x.x, repository: "file://../other"}',
    );
    const locked = [
      { name: 'lib', version: '1.2.0', repository: 'oci://127.0.0.1:43287/c' },
      { name: 'cl', version: '1.1.0', repository: 'http://127.0.0.1:18999/' },
      { name: 'other', version: '0.3.0', repository: 'file://../other' },
    ];
    expect(lockDigest(asked.dependencies, locked, goDialect)).to.equal(
      'sha256:1babbb3466741ac5f0285e01765037877d3e2f19e9c8e20851f606c1e7e12d84',
    );
  });

  it('are the newest that their ranges allow, locked with the digests of their archives', async () => {
    const asked = askedOf(
      `${LIB}\n- {name: own}\n- {name: local, version: 0.x, repository: "file://../local"}`,
    );
    const { dependencies, lock } = await updateDependencies(asked, sourcesOf(registry()));
    expect(dependencies.map(({ archive }) => archive?.fileName)).to.deep.equal([
      'lib-1.2.0.tgz',
      undefined,
      'local-0.3.0.tgz',
    ]);
    expect([...lock.archives]).to.deep.equal([['lib-1.2.0.tgz', digestOf(packed('lib', '1.2.0'))]]);
    expect(lock.dependencies.map(({ version }) => version)).to.deep.equal(['1.2.0', '', '0.3.0']);
  });

  it('are built again from a lock, which is read as it was written', async () => {
    const asked = askedOf(LIB);
    const { lock } = await updateDependencies(asked, sourcesOf(registry()));
    const read = readLock(file('Chart.lock', lockText(lock, '2026-01-01T00:00:00Z', goDialect)), goDialect);
    expect(read).to.deep.equal({ ...lock, file: 'c/Chart.lock' });
    const built = await buildDependencies(
      asked,
      read,
      sourcesOf(registry([...'12'].map((major) => `${major}.2.0`))),
    );
    expect(built[0]?.archive?.fileName).to.equal('lib-1.2.0.tgz');
  });

  it('are not built from a lock that was made of something else', async () => {
    const { lock } = await updateDependencies(askedOf(LIB), sourcesOf(registry()));
    const changed = askedOf(LIB.replace('^1', '^2'));
    expect(
      await refusal(buildDependencies(changed, { ...lock, file: 'c/Chart.lock' }, sourcesOf(registry()))),
    ).to.equal(
      'ChartLockDisagrees: The lock was not made of what Chart.yaml asks for now → Run pilotage chart dependency update, and commit the lock.',
    );
  });

  it('are not built where the registry has put another archive under the version that is locked', async () => {
    const asked = askedOf(LIB);
    const { lock } = await updateDependencies(asked, sourcesOf(registry()));
    const web = registry();
    serveChart(web, { repository: 'c/lib', tag: '1.2.0', archive: packed('lib', '1.2.0', { evil: '' }) });
    expect(
      await refusal(buildDependencies(asked, { ...lock, file: 'c/Chart.lock' }, sourcesOf(web))),
    ).to.match(/^DigestMismatch: lib 1.2.0 of oci/);
  });

  for (const [what, yaml, said] of [
    [
      'a range that nothing satisfies',
      LIB.replace('^1', '^7'),
      /^VersionNotFound: No version of lib .* satisfies \^7/,
    ],
    ['a repository that has no name here', LIB.replace(REPOSITORY, '@nope'), /^RepositoryUnknown/],
    [
      'a chart without a repository that is not in charts/',
      '- {name: nowhere, version: ^1}',
      /^DependencyMissing: nowhere says no repository, and charts\/ holds none of it/,
    ],
    [
      'a chart without a repository of which charts/ has another version',
      '- {name: own, version: ^2}',
      /^DependencyMissing: own says no repository, and charts\/ holds 1.0.0 of it/,
    ],
    [
      'a local chart outside of its range',
      '- {name: local, version: ^9, repository: "file://../l"}',
      /^VersionNotSatisfied/,
    ],
  ] as const)
    it(`name the line of Chart.yaml for ${what}`, async () => {
      const refused = updateDependencies(askedOf(yaml), sourcesOf(registry()));
      expect(await refusal(refused)).to.match(said);
      const error: unknown = await refused.catch((thrown: unknown) => thrown);
      expect(problemOf(error).place).to.deep.equal({ file: 'c/Chart.yaml', line: 2 });
    });

  it('are refused where a server gives another chart, or an archive that leads out of one', async () => {
    const web = registry();
    serveChart(web, { repository: 'c/lib', tag: '1.2.0', archive: packed('other', '1.2.0') });
    expect(await refusal(updateDependencies(askedOf(LIB), sourcesOf(web)))).to.match(
      /^NotTheChart: oci:\/\/r.example.com\/c gives for lib 1.2.0 what is other 1.2.0/,
    );
    const bytes = Buffer.from('x');
    for (const [entry, said] of [
      [{ type: 'file', path: 'lib/../../etc/x', mode: 0o644, bytes }, /leads out of the chart/],
      [{ type: 'link', path: 'lib/values.yaml', target: '/etc/passwd' }, /is a link/],
      [
        { type: 'file', path: 'lib/bomb', mode: 0o644, bytes: Buffer.alloc(6 * 2 ** 20) },
        /is larger than 5 MiB/,
      ],
    ] as const) {
      serveChart(web, { repository: 'c/lib', tag: '1.2.0', archive: archiveOf([entry]) });
      expect(await refusal(updateDependencies(askedOf(LIB), sourcesOf(web))))
        .to.match(/^InvalidArchive/)
        .and.match(said);
    }
  });
});

describe('the status of a dependency', () => {
  const [one] = askedOf(LIB).dependencies;
  const archive = (name: string, version: string, as = `${name}-${version}`) => ({
    ...file(`charts/${as}.tgz`, ''),
    bytes: packed(name, version),
  });
  const folder = (version: string) => file('charts/x/Chart.yaml', `name: lib\nversion: ${version}\n`);
  for (const [status, files] of [
    ['ok', [archive('lib', '1.2.0')]],
    ['wrong version', [archive('lib', '2.0.0')]],
    ['too many matches', [archive('lib', '1.0.0'), archive('lib', '1.2.0')]],
    ['ok', [archive('lib', '1.2.0'), archive('lib-extra', '1.0.0')]],
    ['misnamed', [archive('other', '1.2.0', 'lib-1.2.0')]],
    ['corrupt', [file('charts/lib-1.2.0.tgz', 'not an archive')]],
    ['unpacked', [folder('1.2.0')]],
    ['wrong version', [folder('3.0.0')]],
    ['missing', []],
  ] as const)
    it(`is ${status} with ${files.map(({ name }) => name).join(' and ') || 'nothing'} in charts/`, () => {
      if (!one) throw new Error('asked for one');
      expect(statusOf(one, files, goDialect)).to.equal(status);
    });
});
