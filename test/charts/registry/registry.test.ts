import { expect } from 'chai';
import { pushChart } from '../../../src/charts/registry/chart.ts';
import { MEDIA } from '../../../src/charts/registry/manifest.ts';
import { parseReference, tagOf, versionOf } from '../../../src/charts/registry/reference.ts';
import { digestOf } from '../../../src/charts/web/digest.ts';
import {
  ann,
  annsBasic,
  answer,
  type FakeWeb,
  fakeWeb,
  fetcherFor,
  packed,
  refusal,
  serveChart,
} from '../../fakes/chartservers.ts';

const HOST = 'https://r.example.com';
const web123 = packed('web', '1.2.3');
const source = { repository: 'oci://r.example.com/charts', name: 'web' };

function served() {
  const web = fakeWeb();
  const { manifest } = serveChart(web, { repository: 'charts/web', tag: '1.2.3', archive: web123 });
  return { web, manifest };
}

describe('a reference', () => {
  const DIGEST = `sha256:${'0'.repeat(64)}`;
  it('has a host, a repository, a version and a digest', () => {
    expect(parseReference(`oci://127.0.0.1:5000/a/b:1.2.3+c@${DIGEST}`)).to.deep.equal({
      host: '127.0.0.1:5000',
      repository: 'a/b',
      tag: '1.2.3_c',
      digest: DIGEST,
    });
    expect([tagOf('1.0.0+a'), versionOf('1.0.0_a')]).to.deep.equal(['1.0.0_a', '1.0.0+a']);
  });
  for (const text of [
    'oci://host',
    'oci:///a',
    'oci://host/A',
    'oci://host/a/../b',
    'oci://user:pw@host/a',
    'oci://host/a:1 2',
    'oci://host/a@sha256:12',
    'oci://host/a@md5:00',
    'oci://host/a?b',
  ])
    it(`is not ${text}`, async () => {
      expect(await refusal((async () => parseReference(text))())).to.match(/^InvalidReference/);
    });
});

describe('a chart of a registry', () => {
  it('is pulled by its version, and by its digest', async () => {
    const { web, manifest } = served();
    const fetched = await fetcherFor(web).fetch(source, '1.2.3');
    expect(fetched).to.include({ version: '1.2.3', manifest, digest: digestOf(web123) });
    const pinned = parseReference(`oci://r.example.com/charts/web@${manifest}`);
    expect((await fetcherFor(web).pull(pinned)).archive.equals(web123)).to.equal(true);
  });

  it('is resolved by a range over all pages of tags, which are read as Helm writes them', async () => {
    const tags = (list: readonly string[], next?: string) =>
      answer(200, JSON.stringify({ tags: list }), next ? { link: `<${next}>; rel="next"` } : {});
    const at = `GET ${HOST}/v2/charts/web/tags/list`;
    const web = fakeWeb({
      [`${at}?n=1000`]: tags(
        ['1.2.3', 'latest', 'sha256-00.sig'],
        '/v2/charts/web/tags/list?last=latest&n=1000',
      ),
      [`${at}?last=latest&n=1000`]: tags(['1.10.0_b1', '2.0.0-rc.1', '1.9.0']),
    });
    const fetcher = fetcherFor(web);
    expect(await fetcher.versions(source)).to.deep.equal(['2.0.0-rc.1', '1.10.0+b1', '1.9.0', '1.2.3']);
    expect(await fetcher.resolve(source, '^1.2')).to.equal('1.10.0+b1');
    expect(await fetcher.resolve(source, '')).to.equal('1.10.0+b1');
    expect(await fetcher.resolve(source, '>=2.0.0-0')).to.equal('2.0.0-rc.1');
    expect(await refusal(fetcher.resolve(source, '^3'))).to.equal(
      'VersionNotFound: No version of web in oci://r.example.com/charts satisfies ^3 → There are 2.0.0-rc.1, 1.10.0+b1, 1.9.0, 1.2.3. A prerelease must be named: ^1.0.0-0.',
    );
  });

  it('takes no page of tags from elsewhere', async () => {
    const web = fakeWeb({
      [`GET ${HOST}/v2/charts/web/tags/list?n=1000`]: answer(200, '{"tags":["1.0.0"]}', {
        link: '<https://other.example.com/v2/else/tags/list>; rel="next"',
      }),
    });
    expect(await fetcherFor(web).versions(source)).to.deep.equal(['1.0.0']);
    expect(web.asked).to.have.length(1);
  });

  for (const [status, said] of [
    [
      401,
      'AccessRefused: r.example.com refuses access to chart r.example.com/charts/web:1.2.3 (401) → Sign in: pilotage chart login r.example.com.',
    ],
    [404, 'ChartNotFound: r.example.com has no chart r.example.com/charts/web:1.2.3'],
    [
      429,
      'RateLimited: r.example.com is asked too often (429): chart r.example.com/charts/web:1.2.3 was not read → Try again in 30 seconds',
    ],
    [500, 'ServerFailed: r.example.com failed (500): chart r.example.com/charts/web:1.2.3 was not read'],
  ] as const)
    it(`is refused where the registry answers ${status}`, async () => {
      const web = fakeWeb({
        [`GET ${HOST}/v2/charts/web/manifests/1.2.3`]: answer(status, 'secret page', { 'retry-after': '30' }),
      });
      expect(await refusal(fetcherFor(web).fetch(source, '1.2.3')))
        .to.contain(said)
        .and.not.contain('secret');
    });

  it('is refused where the blob is half of what it should be, or something else', async () => {
    const { web } = served();
    const blob = `GET ${HOST}/v2/charts/web/blobs/${digestOf(web123)}`;
    web.answers[blob] = answer(200, web123.subarray(0, 100));
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(
      /^DownloadCutShort: .* ends after 100 of/,
    );
    web.answers[blob] = answer(200, Buffer.alloc(web123.length));
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(
      /^DigestMismatch: .* Nothing of it was used/,
    );
  });

  it('is refused where the manifest is not the one that is pinned', async () => {
    const { web, manifest } = served();
    web.answers[`GET ${HOST}/v2/charts/web/manifests/${manifest}`] = answer(200, '{}');
    const pinned = parseReference(`oci://r.example.com/charts/web:1.2.3@${manifest}`);
    expect(await refusal(fetcherFor(web).pull(pinned))).to.match(/^DigestMismatch: The manifest of/);
  });

  it('is refused where it is an image, or the page of a proxy', async () => {
    const image = {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: digestOf(web123),
      size: 1,
    };
    const at = `GET ${HOST}/v2/charts/web/manifests/1.2.3`;
    const web = fakeWeb({ [at]: answer(200, JSON.stringify({ config: image, layers: [image] })) });
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(/^NotAChart: .* is no Helm chart/);
    web.answers[at] = answer(200, '<html>');
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(/^NotAManifest/);
  });

  it('is refused before it is read where its manifest says that it is too large', async () => {
    const layer = { mediaType: MEDIA.chart, digest: digestOf(web123), size: 2 ** 40 };
    const web = fakeWeb({
      [`GET ${HOST}/v2/charts/web/manifests/1.2.3`]: answer(
        200,
        JSON.stringify({ config: { ...layer, mediaType: MEDIA.config, size: 2 }, layers: [layer] }),
      ),
    });
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(/^ChartTooLarge/);
    expect(web.asked).to.have.length(1);
  });
});

describe('a registry that asks who one is', () => {
  const MANIFEST = `${HOST}/v2/charts/web/manifests/1.2.3`;
  const guarded = (header: string, authorization: string) => {
    const { web } = served();
    for (const [key, open] of Object.entries(web.answers))
      web.answers[key] = (request) =>
        request.headers?.authorization === authorization
          ? (open as ReturnType<typeof answer>)
          : answer(401, '', { 'www-authenticate': header });
    return web;
  };
  const loginFor = async () => ann;

  it('is told by Basic', async () => {
    const web = guarded('Basic realm="tests"', annsBasic);
    expect((await fetcherFor(web, { loginFor }).fetch(source, '1.2.3')).version).to.equal('1.2.3');
    expect(await refusal(fetcherFor(web).fetch(source, '1.2.3'))).to.match(/^AccessRefused/);
  });

  const BEARER =
    'Bearer realm="https://auth.example.com/token?a=b",service="r",scope="repository:charts/web:pull"';
  const TOKEN = 'https://auth.example.com/token?a=b&service=r&scope=repository%3Acharts%2Fweb%3Apull';

  it('is told by a token of its realm, which is asked for once', async () => {
    const web = guarded(BEARER, 'Bearer t0');
    web.answers[`GET ${TOKEN}`] = answer(200, '{"token":"t0"}');
    await fetcherFor(web, { loginFor }).fetch(source, '1.2.3');
    expect(web.asked.map(({ url }) => url)).to.deep.equal([
      MANIFEST,
      TOKEN,
      MANIFEST,
      `${HOST}/v2/charts/web/blobs/${digestOf(web123)}`,
    ]);
    expect(web.asked[1]?.headers).to.deep.equal({ authorization: annsBasic });
  });

  it('is told by an anonymous token where nobody is signed in, and by an exchanged one for a token of Docker', async () => {
    const web = guarded(BEARER, 'Bearer t0');
    web.answers[`GET ${TOKEN}`] = answer(200, '{"access_token":"t0"}');
    await fetcherFor(web).fetch(source, '1.2.3');
    expect(web.asked[1]?.headers).to.equal(undefined);
    web.answers['POST https://auth.example.com/token?a=b'] = ({ body }) =>
      answer(String(body).includes('refresh_token=r1') ? 200 : 400, '{"access_token":"t0"}');
    await fetcherFor(web, { loginFor: async () => ({ type: 'refresh', token: 'r1' }) }).fetch(
      source,
      '1.2.3',
    );
  });

  it('gets no password where its realm is not encrypted, gives no token, or gives what is none', async () => {
    const insecure = guarded('Bearer realm="http://auth.example.com/token"', 'Bearer t0');
    expect(await refusal(fetcherFor(insecure, { loginFor }).fetch(source, '1.2.3'))).to.match(
      /^InsecureRealm/,
    );
    expect(insecure.asked).to.have.length(1);
    const web = guarded(BEARER, 'Bearer t0');
    for (const given of [answer(401), answer(200, '<html>'), answer(200, '{"token":"a\\nb: c"}')]) {
      web.answers[`GET ${TOKEN}`] = given;
      expect(await refusal(fetcherFor(web, { loginFor }).fetch(source, '1.2.3'))).to.match(
        /^AccessRefused: auth.example.com gives no token/,
      );
    }
  });
});

describe('a chart that is pushed', () => {
  const reference = { host: 'r.example.com', repository: 'charts/web', tag: '1.2.3' };
  const UPLOADS = `${HOST}/v2/charts/web/blobs/uploads/`;
  const push = (web: FakeWeb) =>
    pushChart(fetcherFor(web).registry(reference), reference, {
      archive: web123,
      config: '{}',
      annotations: {},
    });
  const accepting = (location: string) => {
    const web = fakeWeb({ [`POST ${UPLOADS}`]: answer(202, '', { location }) });
    for (const bytes of [web123, Buffer.from('{}')])
      web.answers[`PUT ${UPLOADS}1?state=a&digest=${encodeURIComponent(digestOf(bytes))}`] = answer(201);
    web.answers[`PUT ${HOST}/v2/charts/web/manifests/1.2.3`] = answer(201);
    return web;
  };

  it('is there for readers once its blobs are, its manifest last', async () => {
    const web = accepting('/v2/charts/web/blobs/uploads/1?state=a');
    const digest = await push(web);
    expect(digestOf(Buffer.from(web.asked.at(-1)?.body ?? ''))).to.equal(digest);
    expect(web.asked.map(({ method }) => method)).to.deep.equal([
      'HEAD',
      'POST',
      'PUT',
      'HEAD',
      'POST',
      'PUT',
      'PUT',
    ]);
  });

  it('is not sent where the registry wants it without encryption', async () => {
    const web = accepting('http://r.example.com/v2/charts/web/blobs/uploads/1');
    expect(await refusal(push(web))).to.match(/^InsecureRedirect: .* → Nothing was sent/);
  });

  it('has no manifest where a blob was refused', async () => {
    const web = accepting('/v2/charts/web/blobs/uploads/2');
    web.answers[`POST ${UPLOADS}`] = answer(403);
    expect(await refusal(push(web))).to.match(/^AccessRefused/);
    expect(web.asked.some(({ url }) => url.includes('/manifests/'))).to.equal(false);
  });

  it('goes to Docker Hub at the address where that answers', async () => {
    const web = fakeWeb();
    await refusal(fetcherFor(web).fetch({ repository: 'oci://docker.io/ann', name: 'web' }, '1.0.0'));
    expect(web.asked[0]?.url).to.equal('https://registry-1.docker.io/v2/ann/web/manifests/1.0.0');
  });
});
