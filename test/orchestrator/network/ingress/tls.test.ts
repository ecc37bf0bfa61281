import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { eventually } from '../proxybench.ts';
import { IngressBench, selfSigned } from './ingressbench.ts';

const pem = ({ cert, key }: { cert: string; key: string }) => ({ 'tls.crt': cert, 'tls.key': key });

const TLS = {
  rules: ['shop.test Prefix / web', '*.shop.test Prefix / web', 'other.test Prefix / web'],
  tls: [
    { hosts: ['shop.test'], secretName: 'exact' },
    { hosts: ['*.shop.test'], secretName: 'wild' },
  ],
};

describe('the ingress over TLS', () => {
  let bench: IngressBench;
  beforeEach(async () => {
    bench = new IngressBench();
    await bench.pod(({ headers }, response) =>
      response.end(`${headers['x-forwarded-proto']} ${headers.host} ${headers['x-forwarded-port']}`),
    );
    bench.secret('exact', pem(selfSigned('shop.test')));
    bench.secret('wild', pem(selfSigned('*.shop.test')));
  });
  afterEach(() => bench.dispose());

  const subject = async (host: string) => (await bench.ask(`https://${host}/`)).subject;

  it('presents the certificate of the name that is asked for, and the default one to everybody else', async () => {
    await bench.start(TLS);
    expect(await subject('shop.test')).to.equal('shop.test');
    expect(await subject('x.shop.test')).to.equal('*.shop.test');
    expect(await subject('x.y.shop.test')).to.equal('default.test');
    expect(await subject('other.test')).to.equal('default.test');
    const told = await bench.ask('https://shop.test/');
    expect(told.body).to.equal(`https shop.test ${bench.https}`);
    expect((await bench.ask('http://shop.test/')).status).to.equal(308);
    expect((await bench.ask('http://other.test/')).status).to.equal(200);
  });

  it('presents another certificate as soon as the Secret has one', async () => {
    await bench.start(TLS);
    bench.secret('exact', pem(selfSigned('renewed.test')));
    await eventually(() => bench.saved?.secrets.length !== 0, 'it is read');
    const deadline = performance.now() + 4_000;
    while ((await subject('shop.test')) !== 'renewed.test')
      if (performance.now() > deadline) throw new Error('the certificate stays as it was');
  });

  it('presents the default one where the Secret is missing or its key is of another, and says so', async () => {
    bench.secret('exact', { ...pem(selfSigned('shop.test')), 'tls.key': selfSigned('x').key });
    const tls = [...TLS.tls, { hosts: ['other.test'], secretName: 'gone' }];
    await bench.start({ ...TLS, tls });
    expect(await subject('shop.test')).to.equal('default.test');
    await eventually(() => bench.events.length > 1, 'it is told');
    expect(bench.events.sort()).to.deep.equal([
      'web Warning BadCertificate: the Secret shop/exact: tls.key is not the key of the certificate in tls.crt',
      'web Warning SecretMissing: there is no Secret shop/gone',
    ]);
    const problems = bench.patches.at(-1)?.body?.metadata?.annotations;
    expect(JSON.stringify(problems)).to.match(
      /^{"pilotage.dev\/ingress-problems":"(BadCertificate|SecretMissing): /,
    );
  });

  it('speaks HTTP/2, many requests on one connection', async () => {
    await bench.start(TLS);
    const session = connect(`https://127.0.0.1:${bench.https}`, {
      servername: 'shop.test',
      rejectUnauthorized: false,
    });
    bench.afterwards(() => session.destroy());
    const bodies = await Promise.all(Array.from({ length: 20 }, () => askOver(session, 'shop.test')));
    expect(new Set(bodies)).to.deep.equal(new Set([`200 https shop.test ${bench.https}`]));
    expect(await askOver(session, 'nobody.test')).to.equal('404 404 no Ingress serves nobody.test/\n');
  });

  it('carries a body over HTTP/2', async () => {
    await bench.pod((incoming, response) => incoming.pipe(response));
    await bench.start(TLS);
    const session = connect(`https://127.0.0.1:${bench.https}`, {
      servername: 'shop.test',
      rejectUnauthorized: false,
    });
    bench.afterwards(() => session.destroy());
    const body = 'pilotage '.repeat(20_000);
    const stream = session.request({ ':method': 'POST', ':path': '/', ':authority': 'shop.test' });
    stream.end(body);
    expect((await text(stream)) === body).to.equal(true);
  });
});

async function askOver(session: ClientHttp2Session, authority: string): Promise<string> {
  const stream = session.request({ ':path': '/', ':authority': authority });
  const [headers] = await once(stream, 'response');
  return `${headers[':status']} ${await text(stream)}`;
}

describe('what the ingress says of itself', () => {
  let bench: IngressBench;
  beforeEach(() => {
    bench = new IngressBench();
  });
  afterEach(() => bench.dispose());

  it('is where it serves an Ingress, once', async () => {
    await bench.pod((_, response) => response.end());
    await bench.start({ rules: ['shop.test Prefix / web'] }, { name: 'other', className: '' });
    await eventually(() => bench.patches.length > 0, 'the status is written');
    const [patch] = bench.patches;
    expect([patch?.name, patch?.body?.status]).to.deep.equal([
      'web',
      {
        loadBalancer: {
          ingress: [
            {
              ip: '127.0.0.1',
              ports: [
                { port: bench.http, protocol: 'TCP' },
                { port: bench.https, protocol: 'TCP' },
              ],
            },
          ],
        },
      },
    ]);
    expect(bench.patches.some(({ name }) => name === 'other')).to.equal(false);
  });
});
