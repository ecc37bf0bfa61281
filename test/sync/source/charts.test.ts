import { expect } from 'chai';
import { failed, formatProblem, ok } from '../../../src/base/errors.ts';
import type { AppEntry } from '../../../src/model/deliveryfile.ts';
import { fetchedFolder } from '../../../src/model/fetchedcharts.ts';
import { type FetchChart, withCharts } from '../../../src/sync/source/charts.ts';
import { filesOf } from '../../fakes/filetree.ts';

const SIGNAL = new AbortController().signal;
const place = { file: 'pilotage.yaml', line: 3 };
const app = (source: AppEntry['source'], name = 'web'): AppEntry => ({
  ...{ name, source, values: [], dependsOn: [], place },
});
const remote = {
  type: 'repository',
  repository: 'oci://r.example.com/charts/',
  name: 'web',
  version: '1.2.3',
} as const;
const fetching: FetchChart = async (_, { name }) => ok(filesOf({ 'Chart.yaml': `name: ${name}` }));
const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n';
const parent = (...names: string[]) => ({
  'shop/Chart.yaml': `${CHART}${names.map((name) => `- {name: ${name}, version: 1.x, repository: "https://c"}\n`).join('')}`,
  'shop/Chart.lock': `dependencies:\n${names.map((name) => `- {name: ${name}, version: 1.0.0, repository: "https://c"}\n`).join('')}`,
});

describe('charts that apps name and a repository does not hold', () => {
  it('lie in the tree where they are looked for, beside all that is there', async () => {
    const tree = filesOf({ 'a.yaml': 'a', ...parent('db') });
    const apps = [app(remote), app({ type: 'folder', path: 'shop' }, 'shop')];
    const result = await withCharts(fetching, 'shop', tree, apps, SIGNAL);
    expect(result.ok && result.value.paths).deep.equal([
      '.git/charts/oci/r.example.com/charts/web@1.2.3/Chart.yaml',
      ...['a.yaml', 'shop/Chart.lock', 'shop/Chart.yaml', 'shop/charts/db-1.0.0/Chart.yaml'],
    ]);
    expect(result.ok && result.value.digest(fetchedFolder(remote))).not.equal(undefined);
  });

  it('are all named that cannot be had', async () => {
    const none: FetchChart = async (_, { name, place: at }) =>
      failed({ reason: 'R', message: `no ${name}`, place: at });
    const apps = [app(remote), app({ type: 'folder', path: 'shop' }, 'shop')];
    const result = await withCharts(none, 'shop', filesOf(parent('db')), apps, SIGNAL);
    expect(result.ok ? [] : result.problems.map((one) => formatProblem(one))).deep.equal([
      'pilotage.yaml:3: no web',
      'shop/Chart.lock: no db',
    ]);
  });

  it('are refused where they are too many, and none is asked for', async () => {
    const names = Array.from({ length: 31 }, (_, i) => `c${i}`);
    const never: FetchChart = async () => {
      throw new Error('asked');
    };
    const apps = [app({ type: 'folder', path: 'shop' })];
    const result = await withCharts(never, 'shop', filesOf(parent(...names)), apps, SIGNAL);
    expect(result.ok ? '' : result.problems[0].reason).equal('TooManyCharts');
  });
});
