import { expect } from 'chai';
import { digestOf } from '../../../src/charts/web/digest.ts';
import {
  annsBasic,
  answer,
  fakeWeb,
  fetcherFor,
  packed,
  refusal,
  serveChart,
} from '../../fakes/chartservers.ts';

const source = { repository: 'https://c.example.com/stable', name: 'web' };
const web123 = packed('web', '1.2.3');
const entry = (version: string, urls: readonly string[], digest = digestOf(web123).slice(7)) =>
  `  - {name: web, version: ${version}, urls: [${urls}], digest: "${digest}"}\n`;
const indexOf = (...entries: readonly string[]) =>
  answer(200, `apiVersion: v1\nentries:\n  web:\n${entries.join('')}`);

function served(urls: readonly string[] = ['charts/web-1.2.3.tgz']) {
  return fakeWeb({
    'GET https://c.example.com/stable/index.yaml': indexOf(entry('1.2.3', urls)),
    'GET https://c.example.com/stable/charts/web-1.2.3.tgz': answer(200, web123),
    'GET https://cdn.example.com/web.tgz': answer(200, web123),
  });
}

describe('a chart of a repository', () => {
  it('is fetched from an address relative to the index, and from an absolute one', async () => {
    for (const urls of [['charts/web-1.2.3.tgz'], ['https://cdn.example.com/web.tgz']])
      expect((await fetcherFor(served(urls)).fetch(source, '1.2.3')).archive.equals(web123)).to.equal(true);
  });

  it('is fetched from a registry where the index says so', async () => {
    const web = served(['oci://r.example.com/charts/web:1.2.3']);
    serveChart(web, { repository: 'charts/web', tag: '1.2.3', archive: web123 });
    expect((await fetcherFor(web).fetch(source, '1.2.3')).archive.equals(web123)).to.equal(true);
  });

  it('is resolved by a range; entries without an address or a version do not count', async () => {
    const web = fakeWeb({
      'GET https://c.example.com/stable/index.yaml': indexOf(
        entry('1.9.0', []),
        entry('1.2.3', ['a.tgz']),
        entry('1.8.0', ['b.tgz']),
        '  - {urls: [x]}\n',
        '  - nonsense\n',
      ),
    });
    expect(await fetcherFor(web).resolve(source, '^1')).to.equal('1.8.0');
    expect(await refusal(fetcherFor(web).resolve(source, '^1.9'))).to.match(/^VersionNotFound/);
  });

  it('is refused where its digest is another than the index says', async () => {
    const web = served();
    web.answers['GET https://c.example.com/stable/charts/web-1.2.3.tgz'] = answer(
      200,
      packed('web', '6.6.6'),
    );
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(/^DigestMismatch/);
  });

  it('is refused where index.yaml is a page of HTML, prose, or no YAML', async () => {
    for (const [text, said] of [
      ['<!DOCTYPE html>', 'a page of HTML'],
      ['not found', 'no list of charts'],
      ['entries: [', 'not valid YAML'],
      ['entries: 1', 'no list of charts'],
    ] as const) {
      const web = fakeWeb({ 'GET https://c.example.com/stable/index.yaml': answer(200, text) });
      expect(await refusal(fetcherFor(web).resolve(source, '')))
        .to.match(/^NotAnIndex/)
        .and.contain(said);
    }
  });

  it('is refused where the repository has none of its name, or is not there', async () => {
    expect(await refusal(fetcherFor(served()).resolve({ ...source, name: 'nope' }, ''))).to.match(
      /^ChartNotFound/,
    );
    expect(await refusal(fetcherFor(fakeWeb()).resolve(source, ''))).to.equal(
      'ChartNotFound: c.example.com has no index.yaml at https://c.example.com/stable/index.yaml → Check the name and the version. Some servers say so of what one may not see, too.',
    );
    expect(await refusal(fetcherFor(served()).resolve({ ...source, repository: 'stable' }, ''))).to.match(
      /^InvalidRepository/,
    );
  });

  it('is fetched from an address of its own, without an index', async () => {
    const web = served();
    expect((await fetcherFor(web).archive('https://cdn.example.com/web.tgz')).digest).to.equal(
      digestOf(web123),
    );
    expect(web.asked).to.have.length(1);
  });

  it('is refused where the address of its repository has a password in it, of which nothing is shown', async () => {
    const repository = 'https://ann:hunter2@c.example.com/stable';
    expect(await refusal(fetcherFor(served()).resolve({ ...source, repository }, '')))
      .to.match(/^InvalidRepository/)
      .and.not.contain('hunter2');
  });

  it('is asked for with credentials at the host of the repository alone, unless they are for all', async () => {
    const login = { username: 'ann', password: 'hunter2', everywhere: false };
    const sent = async (everywhere: boolean) => {
      const web = served(['https://cdn.example.com/web.tgz']);
      const fetcher = fetcherFor(web, { repositoryLogin: async () => ({ ...login, everywhere }) });
      await fetcher.fetch(source, '1.2.3');
      return web.asked.map(({ headers }) => headers?.authorization);
    };
    expect(await sent(false)).to.deep.equal([annsBasic, undefined]);
    expect(await sent(true)).to.deep.equal([annsBasic, annsBasic]);
  });
});
