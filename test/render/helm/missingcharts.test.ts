import { expect } from 'chai';
import { missingCharts } from '../../../src/render/helm/missingcharts.ts';
import { filesOf } from '../../fakes/filetree.ts';

const CHART =
  'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - {name: db, version: ^1, repository: "https://c.example.com"}\n  - {name: lib, version: 1.x, repository: "file://../lib"}\n';
const LOCK =
  'dependencies:\n- {name: db, repository: "https://c.example.com", version: 1.4.0}\n- {name: lib, repository: "file://../lib", version: 1.0.0}\ndigest: x\n';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const missing = (files: Record<string, string>) =>
  missingCharts(filesOf({ 'a/Chart.yaml': CHART, ...files }), 'a').map(
    ({ folder, version }) => `${folder} ${version}`,
  );

describe('charts that a chart is locked to and does not hold', () => {
  it('are those of repositories, at the version of the lock', () => {
    expect(missing({ 'a/Chart.lock': LOCK })).deep.equal(['a/charts/db-1.4.0 1.4.0']);
  });

  it('have the digest of their archive where the lock says it', () => {
    const lock = `archives: {db-1.4.0.tgz: "${DIGEST}"}\n${LOCK}`;
    const [one] = missingCharts(filesOf({ 'Chart.yaml': CHART, 'Chart.lock': lock }), '');
    expect(one).deep.equal({
      ...{ folder: 'charts/db-1.4.0', repository: 'https://c.example.com', name: 'db', version: '1.4.0' },
      ...{ digest: DIGEST, place: { file: 'Chart.lock' } },
    });
  });

  it('are none where they lie there, as a folder or an archive', () => {
    expect(missing({ 'a/Chart.lock': LOCK, 'a/charts/db/Chart.yaml': '' })).deep.equal([]);
    expect(missing({ 'a/Chart.lock': LOCK, 'a/charts/db-1.3.0.tgz': '' })).deep.equal([]);
    expect(missing({ 'a/Chart.lock': LOCK, 'a/charts/db-tools-1.3.0.tgz': '' })).length(1);
  });

  it('are none without a lock, where it names another repository, and where it cannot be read', () => {
    expect(missing({})).deep.equal([]);
    expect(missing({ 'a/Chart.lock': LOCK.replace('c.example', 'd.example') })).deep.equal([]);
    expect(missing({ 'a/Chart.lock': 'dependencies: [' })).deep.equal([]);
    expect(missing({ 'a/Chart.lock': LOCK + '#'.repeat(2 ** 16) })).deep.equal([]);
  });
});
