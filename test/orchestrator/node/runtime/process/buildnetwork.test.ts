import { createServer as createHttp, type Server as HttpServer, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { isLocalAddress } from '../../../../../src/base/localaddresses.ts';
import {
  allowed,
  configuredIn,
  endpointOf,
  type Rule,
  ruleOf,
  written,
} from '../../../../../src/orchestrator/node/runtime/process/buildnetwork/allowed.ts';
import {
  explained,
  proxyVariables,
} from '../../../../../src/orchestrator/node/runtime/process/buildnetwork/network.ts';
import {
  PROXY_LIMITS,
  serveProxy,
} from '../../../../../src/orchestrator/node/runtime/process/buildnetwork/proxy.ts';
import { registriesIn } from '../../../../../src/orchestrator/node/runtime/process/buildnetwork/registries.ts';
import { upstreamOf } from '../../../../../src/orchestrator/node/runtime/process/buildnetwork/upstream.ts';

describe('what builds may reach', () => {
  const rules: Rule[] = [
    { host: 'packages.example', port: 443, isConfigured: true },
    { host: 'files.example', isConfigured: false },
  ];

  it('are exactly the hosts and ports of registries, and no name below or beside them', () => {
    const types = [
      'packages.example:443',
      'packages.example:80',
      'a.packages.example:443',
      'ackages.example:443',
    ].map((text) => allowed(endpointOf(`https://${text}`) ?? { host: '', port: 0 }, rules).type);
    expect(types).to.deep.equal(['allowed', 'refused', 'refused', 'refused']);
  });

  it('are, where a person says no port, those of HTTP and HTTPS', () => {
    const types = [80, 443, 22].map((port) => allowed({ host: 'files.example', port }, rules).type);
    expect(types).to.deep.equal(['allowed', 'allowed', 'refused']);
  });

  it('may be of this machine where its own configuration says so, and not where a person does', () => {
    expect(allowed({ host: 'packages.example', port: 443 }, rules)).to.include({ mayBeLocal: true });
    expect(allowed({ host: 'files.example', port: 443 }, rules)).to.include({ mayBeLocal: false });
  });

  it('are compared in one spelling, whatever the build writes', () => {
    const hosts = ['0x7f000001', '2130706433', '127.1', 'LOCALHOST.', '[::1]'].map(
      (host) => endpointOf(`http://${host}/`)?.host,
    );
    expect(hosts).to.deep.equal(['127.0.0.1', '127.0.0.1', '127.0.0.1', 'localhost', '::1']);
  });

  it('are named by a person as HOST or HOST:PORT', () => {
    expect(ruleOf('Files.Example:8443')).to.deep.equal({
      host: 'files.example',
      port: 8443,
      isConfigured: false,
    });
    expect(ruleOf('files.example')).to.deep.equal({ host: 'files.example', isConfigured: false });
    for (const word of ['https://files.example/', 'files.example/x', 'ann@files.example', ''])
      expect(ruleOf(word), word).to.equal(undefined);
    expect(written({ host: 'files.example', port: 443 })).to.equal('files.example');
    expect(written({ host: '::1', port: 4873 })).to.equal('[::1]:4873');
  });

  it('are never addresses of this machine, in any of their forms', () => {
    const own = ['198.51.100.7'];
    const local = [
      '127.0.0.1',
      '127.9.9.9',
      '0.0.0.0',
      '169.254.169.254',
      '::1',
      '::',
      'fe80::1',
      '198.51.100.7',
    ];
    for (const address of [...local, '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:198.51.100.7'])
      expect(isLocalAddress(address, own), address).to.equal(true);
    for (const address of ['198.51.100.8', '10.0.0.1', '2001:db8::1'])
      expect(isLocalAddress(address, own), address).to.equal(false);
  });
});

describe('the registries of a machine', () => {
  it('are what npm, pip and Go say, and what their files and variables name; with no more than host and port', () => {
    const found = registriesIn({
      env: {
        npm_config_registry: 'http://ann:secret@npm.example:4873/x/',
        HTTP_PROXY: 'http://proxy.example',
      },
      npmrc: '@shop:registry=https://scoped.example/\nproxy=http://proxy.example\nfund=false\n',
      npm: '{"registry":"https://default.example/","init-license":"https://other.example/","proxy":null}',
      pip: '["https://index.example/simple","/opt/wheels"]',
      go: 'https://modules.example,direct\nsums.example\n',
    });
    expect(found.map(written)).to.have.members([
      ...[
        'npm.example:4873',
        'scoped.example',
        'default.example',
        'index.example',
        'modules.example',
        'sums.example',
      ],
    ]);
  });

  it('are those of the tools that are there', () => {
    expect(registriesIn({ env: {}, npm: 'npm: not found', pip: '', go: 'off\noff\n' })).to.deep.equal([]);
  });

  it('are reached by the proxies that the machine names, except where it says otherwise', () => {
    const env = {
      https_proxy: 'http://ann:secret@proxy.example:3128',
      NO_PROXY: 'localhost, .inside.example',
    };
    const to = (host: string) => upstreamOf({ host, port: 443 }, env, true)?.host;
    expect(to('packages.example')).to.equal('proxy.example:3128');
    expect(to('npm.inside.example')).to.equal(undefined);
    expect(upstreamOf({ host: 'packages.example', port: 80 }, env, false)).to.equal(undefined);
  });

  it('of this machine itself are asked by the proxy; what a build listens on is not', () => {
    expect(proxyVariables(1, configuredIn('http://packages.example/'))).to.include({
      NO_PROXY: 'localhost,127.0.0.1,::1',
    });
    expect(proxyVariables(1, configuredIn('http://127.0.0.1:4873/'))).to.include({ NO_PROXY: '' });
  });
});

describe('the failure of a build', () => {
  const problem = {
    reason: 'ImageBuildFailed',
    message: 'it failed',
    details: ['curl: (6) Could not resolve host'],
  };

  it('says what was refused, and that there is a proxy where it asked for none', () => {
    expect(explained(problem, ['network: no'])).to.have.deep.property('details', [
      ...problem.details,
      'network: no',
    ]);
    expect(explained(problem, []).details?.at(-1)).to.contain('HTTPS_PROXY');
    expect(explained({ ...problem, details: ['exit 1'] }, []).details).to.deep.equal(['exit 1']);
  });
});

describe('the proxy of a build', () => {
  const servers: (Server | HttpServer)[] = [];
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
    for (const server of servers.splice(0)) server.close();
  });
  async function listen<T extends Server>(server: T): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    return (server.address() as AddressInfo).port;
  }
  const registry = () =>
    listen(
      createHttp(
        (asked, response) => void response.end(`${asked.method} ${asked.url} ${asked.headers.host}`),
      ),
    );

  /** `known`: what is reached, as the machine is configured. */
  async function proxy(
    known: string,
    more: { upstream?: URL; sentBytes?: number; isConfigured?: boolean } = {},
  ) {
    const server = createServer();
    const port = await listen(server);
    const told: string[] = [];
    const { isConfigured = true } = more;
    const served = serveProxy({
      server,
      decide: async (to) =>
        allowed(
          to,
          configuredIn(known).map((rule) => ({ ...rule, isConfigured })),
        ),
      upstream: () => more.upstream,
      onMissed(to, why) {
        told.push(`${written(to)} ${why instanceof Error ? 'failed' : why}`);
        return `network: ${written(to)}`;
      },
      limits: { ...PROXY_LIMITS, ...(more.sentBytes ? { sentBytes: more.sentBytes } : {}) },
    });
    ends.push(() => served.close());
    return { port, told };
  }
  const get = (port: number, path: string): Promise<{ status?: number | undefined; text: string }> =>
    new Promise((resolve, reject) => {
      const asking = request({ port, host: '127.0.0.1', path, headers: { host: 'elsewhere.example' } });
      asking.on('error', reject);
      asking.on('response', async (response) => {
        let text = '';
        for await (const piece of response) text += piece;
        resolve({ status: response.statusCode, text });
      });
      asking.end();
    });
  const tunnel = (port: number, path: string): Promise<{ status?: number | undefined; socket: Socket }> =>
    new Promise((resolve, reject) => {
      const asking = request({ port, host: '127.0.0.1', method: 'CONNECT', path });
      asking.on('error', reject);
      asking.on('connect', ({ statusCode: status }, socket) => resolve({ status, socket: socket as Socket }));
      asking.end();
    });

  it('passes plain requests to a registry, under the registry’s name whatever the build says', async () => {
    const at = await registry();
    const { port } = await proxy(`http://127.0.0.1:${at}/`);
    expect(await get(port, `http://127.0.0.1:${at}/left?x=1`)).to.deep.equal({
      status: 200,
      text: `GET /left?x=1 127.0.0.1:${at}`,
    });
  });

  it('carries bytes to a registry and back', async () => {
    const at = await listen(createServer((socket) => void socket.pipe(socket)));
    const { port } = await proxy(`http://127.0.0.1:${at}/`);
    const { status, socket } = await tunnel(port, `127.0.0.1:${at}`);
    expect(status).to.equal(200);
    const answer = new Promise((resolve) => socket.once('data', (piece: Buffer) => resolve(String(piece))));
    socket.write('hello');
    expect(await answer).to.equal('hello');
    socket.destroy();
  });

  it('refuses everything else, with the reason, in both ways', async () => {
    const { port, told } = await proxy('https://packages.example/');
    expect(await get(port, 'http://elsewhere.example/')).to.deep.include({
      status: 403,
      text: 'network: elsewhere.example\n',
    });
    expect((await tunnel(port, '127.0.0.1:22')).status).to.equal(403);
    expect((await get(port, '/')).status).to.equal(400);
    expect(told).to.deep.equal(['elsewhere.example not allowed', '127.0.0.1:22 not allowed']);
  });

  it('does not follow an allowed name to this machine', async () => {
    const at = await registry();
    const { port, told } = await proxy(`http://localhost:${at}/`, { isConfigured: false });
    expect((await get(port, `http://localhost:${at}/`)).status).to.equal(403);
    expect((await tunnel(port, `localhost:${at}`)).status).to.equal(403);
    expect(told).to.deep.equal([`localhost:${at} local`, `localhost:${at} local`]);
  });

  it('goes by the machine’s own proxy, with the machine’s name and password, which the build never sees', async () => {
    const seen: (string | undefined)[] = [];
    const above = createHttp((asked, response) => {
      seen.push(asked.url, asked.headers['proxy-authorization']);
      response.end('from above');
    });
    above.on('connect', (asked, socket) => {
      seen.push(asked.url, asked.headers['proxy-authorization']);
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(socket);
    });
    const upstream = new URL(`http://ann:secret@127.0.0.1:${await listen(above)}`);
    const { port } = await proxy('http://packages.example/ https://packages.example/', { upstream });
    expect((await get(port, 'http://packages.example/a')).text).to.equal('from above');
    const { status, socket } = await tunnel(port, 'packages.example:443');
    expect(status).to.equal(200);
    socket.destroy();
    const ann = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    expect(seen).to.deep.equal(['http://packages.example/a', ann, 'packages.example:443', ann]);
  });

  it('ends when more is sent than requests for packages are', async () => {
    const at = await listen(createServer((socket) => void socket.on('error', () => {}).resume()));
    const { port } = await proxy(`http://127.0.0.1:${at}/`, { sentBytes: 1_000 });
    const { socket } = await tunnel(port, `127.0.0.1:${at}`);
    const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    socket.write('x'.repeat(2_000));
    await closed;
    const again = connect(port, '127.0.0.1');
    const refused = await new Promise((resolve) => again.once('error', ({ message }) => resolve(message)));
    expect(refused).to.contain('ECONNREFUSED');
  });

  it('says so when a registry does not answer', async () => {
    const gone = createServer();
    const at = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    const { port, told } = await proxy(`http://127.0.0.1:${at}/`);
    expect(await get(port, `http://127.0.0.1:${at}/`)).to.deep.include({ status: 502 });
    expect(told).to.deep.equal([`127.0.0.1:${at} failed`]);
  });
});
