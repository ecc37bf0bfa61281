import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatProblem } from '../../../src/base/errors.ts';
import { type ChartPolicy, createChartFetch, type NamedChart } from '../../../src/charts/delivered/fetch.ts';
import { digestOf } from '../../../src/charts/web/digest.ts';
import { goDialect } from '../../../src/render/helm/dialect.ts';
import {
  ann,
  annsBasic,
  answer,
  type FakeWeb,
  fakeWeb,
  packed,
  serveChart,
} from '../../fakes/chartservers.ts';
import { drop, scratch } from '../../git/support/git.ts';

const SIGNAL = new AbortController().signal;
const web123 = packed('web', '1.2.3');
const place = { file: 'pilotage.yaml', line: 7 };
const classic: NamedChart = { repository: 'https://c.example.com', name: 'web', version: '1.2.3', place };
const registry: NamedChart = { ...classic, repository: 'oci://r.example.com/charts' };
const allowed: ChartPolicy = { hosts: ['c.example.com', 'r.example.com'], loginFor: async () => undefined };

const served = (archive = web123) => {
  const web = fakeWeb({
    'GET https://c.example.com/index.yaml': answer(
      200,
      'apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 1.2.3\n    urls: [web.tgz]\n',
    ),
    'GET https://c.example.com/web.tgz': answer(200, archive),
  });
  serveChart(web, { repository: 'charts/web', tag: '1.2.3', archive });
  return web;
};

describe('a chart that a delivery names', () => {
  let dir: string;
  beforeEach(() => {
    dir = scratch();
  });
  afterEach(() => drop(dir));

  const fetching = (web: FakeWeb, policy = allowed) =>
    createChartFetch({
      ...{ root: join(dir, 'charts'), dialect: goDialect },
      policyOf: async () => policy,
      askFor: () => web.ask,
    });
  const outcome = async (web: FakeWeb, chart: NamedChart, policy = allowed, delivery = 'shop') => {
    const result = await fetching(web, policy)(delivery, chart, SIGNAL);
    return result.ok ? [...result.value.keys()] : formatProblem(result.problems[0]);
  };

  for (const [where, chart] of [
    ['a repository', classic],
    ['a registry', registry],
  ] as const)
    it(`is fetched once from ${where}, and is there when that is not`, async () => {
      const web = served();
      expect(await outcome(web, chart)).deep.equal(['Chart.yaml']);
      expect(await outcome(fakeWeb(), chart)).deep.equal(['Chart.yaml']);
    });

  it('stays what it was when its version becomes another there', async () => {
    await outcome(served(), classic);
    const other = served(packed('web', '1.2.3', { 'values.yaml': 'a: 1' }));
    expect(await outcome(other, classic)).deep.equal(['Chart.yaml']);
    expect(other.asked).deep.equal([]);
  });

  it('is fetched for each delivery by itself, as what one may read is not another’s', async () => {
    await outcome(served(), classic);
    expect(await outcome(fakeWeb(), classic, allowed, 'other')).contain('c.example.com has no');
  });

  it('is refused where its archive is not the one of Chart.lock, and nothing of it is kept', async () => {
    const digest = digestOf(Buffer.from('another'));
    expect(await outcome(served(), { ...classic, digest })).match(/^pilotage\.yaml:7: .*its digest is/);
    expect(await outcome(fakeWeb(), classic)).contain('c.example.com has no');
  });

  it('is refused from a host that nobody has allowed, which is not asked', async () => {
    const web = served();
    expect(await outcome(web, classic, { ...allowed, hosts: ['r.example.com'] })).equal(
      'pilotage.yaml:7: The chart web is at c.example.com, from where shop may not fetch\n' +
        '  → Whoever administers Pilotage allows it: pilotage connect shop --allow-charts c.example.com. Or put the chart into the repository (pilotage chart pull).',
    );
    expect(web.asked).deep.equal([]);
  });

  it('is refused where a range could be another chart tomorrow', async () => {
    for (const version of ['^1.2.0', '*', ''])
      expect(await outcome(served(), { ...classic, version })).contain('it must name one');
  });

  it('is refused from what is no address, or one with a password in it', async () => {
    for (const repository of ['charts', 'file:///etc', 'https://ann:hush@c.example.com', 'oci://'])
      expect(await outcome(served(), { ...classic, repository })).contain('no address of a repository');
  });

  it('is asked for with the password of its host alone', async () => {
    const web = served();
    web.answers['GET https://c.example.com/index.yaml'] = answer(
      200,
      'entries:\n  web:\n  - {name: web, version: 1.2.3, urls: ["https://cdn.example.com/web.tgz"]}\n',
    );
    web.answers['GET https://cdn.example.com/web.tgz'] = answer(200, web123);
    await outcome(web, classic, { ...allowed, loginFor: async () => ann });
    expect(web.asked.map(({ url, headers }) => [new URL(url).host, headers?.authorization])).deep.equal([
      ['c.example.com', annsBasic],
      ['cdn.example.com', undefined],
    ]);
  });

  it('is asked for without a password where the address is not encrypted', async () => {
    const web = fakeWeb();
    const plain = { ...classic, repository: 'http://c.example.com' };
    await outcome(web, plain, { ...allowed, loginFor: async () => ann });
    expect(web.asked.map(({ url, headers }) => [url, headers])).deep.equal([
      ['http://c.example.com/index.yaml', {}],
    ]);
  });

  it('is refused where its archive is too large to be unpacked here', async () => {
    const large = packed('web', '1.2.3', {
      a: randomBytes(2 ** 21).toString('hex'),
      b: randomBytes(2 ** 21).toString('hex'),
      c: randomBytes(2 ** 21).toString('hex'),
    });
    expect(await outcome(served(large), classic)).match(
      /^pilotage\.yaml:7: The archive of web 1\.2\.3 has \d MiB/,
    );
  });

  it('is refused with its place where its name is none of a registry', async () => {
    expect(await outcome(served(), { ...registry, repository: 'oci://r.example.com/Charts' })).match(
      /^pilotage\.yaml:7: /,
    );
  });

  it('is refused with its place where the registry does not give it', async () => {
    expect(await outcome(fakeWeb(), registry)).match(/^pilotage\.yaml:7: /);
  });
});
