import { expect } from 'chai';
import { createExchange } from '../../../src/charts/web/exchange.ts';
import { askFollowing } from '../../../src/charts/web/follow.ts';
import { annsBasic, answer, fakeWeb, refusal, startServer } from '../../fakes/chartservers.ts';

describe('a request for a chart', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });
  const serve = async (handle: Parameters<typeof startServer>[0]): Promise<string> => {
    const { url, stop } = await startServer(handle);
    stops.push(stop);
    return url;
  };
  const ask = createExchange({ timeoutMs: 2_000 });

  it('is answered with status, headers and body', async () => {
    const url = await serve((request, response) => {
      response.writeHead(404, { 'X-Kind': request.headers.accept });
      response.end('gone');
    });
    const { status, headers, body } = await ask({ url, most: 10, headers: { accept: 'a/b' } });
    expect([status, headers['x-kind'], String(body)]).to.deep.equal([404, 'a/b', 'gone']);
  });

  it('is refused when the server breaks off within the body', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    expect(await refusal(ask({ url, most: 1_000 }))).to.match(
      /^DownloadCutShort: .* broke off within its answer/,
    );
  });

  it('is refused when the body is larger than it may be', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(5_000)));
    expect(await refusal(ask({ url, most: 1_024 }))).to.match(/^AnswerTooLarge: .* more than 1 KiB/);
  });

  it('is refused when nothing answers, and when the answer takes too long', async () => {
    const url = await serve(() => undefined);
    const hasty = createExchange({ timeoutMs: 30 });
    expect(await refusal(hasty({ url: `${url}/a?token=hunter2`, most: 1 })))
      .to.match(/^Unreachable: .* has not answered in time/)
      .and.not.contain('hunter2');
    expect(await refusal(ask({ url: 'http://127.0.0.1:1/', most: 1 }))).to.contain('cannot be reached');
  });
});

describe('a redirect', () => {
  const login = { authorization: annsBasic };
  const following = (location: string) =>
    fakeWeb({
      'GET https://a.example.com/x': answer(307, '', { location }),
      'GET https://a.example.com/y': answer(200, 'here'),
      'GET https://b.example.com/y': answer(200, 'there'),
      'GET https://a.example.com:8443/y': answer(200, 'other port'),
    });
  const go = (web: ReturnType<typeof fakeWeb>) =>
    askFollowing(web.ask, {
      url: 'https://a.example.com/x',
      most: 100,
      headers: { ...login, accept: '*/*' },
    });

  it('keeps credentials on the same host', async () => {
    const web = following('/y');
    expect(String((await go(web)).body)).to.equal('here');
    expect(web.asked[1]?.headers).to.have.property('authorization');
  });

  for (const to of ['https://b.example.com/y', 'https://a.example.com:8443/y'])
    it(`takes no credentials along to ${to}`, async () => {
      const web = following(to);
      expect((await go(web)).status).to.equal(200);
      expect(web.asked[1]?.headers).to.deep.equal({ accept: '*/*' });
    });

  it('is refused where it leads to what is not encrypted, or to no address of the web', async () => {
    for (const to of ['http://a.example.com/y', 'file:///etc/passwd'])
      expect(await refusal(go(following(to)))).to.match(/^InsecureRedirect: .* is not encrypted/);
  });

  it('is refused where it leads in circles', async () => {
    const web = following('https://a.example.com/x');
    expect(await refusal(go(web))).to.match(/^TooManyRedirects/);
    expect(web.asked).to.have.length(6);
  });
});
