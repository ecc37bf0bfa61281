import { request } from 'node:http';
import { expect } from 'chai';
import { systemClock } from '../../src/base/clock.ts';
import { ProblemError } from '../../src/base/errors.ts';
import type { FileTree } from '../../src/base/filetree.ts';
import { silentLogger } from '../../src/base/log.ts';
import { packTreeText } from '../../src/base/packedtree.ts';
import type { Access } from '../../src/model/access.ts';
import type { StatusReport } from '../../src/model/faces.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';
import type { Actions } from '../../src/server/actions.ts';
import { answer } from '../../src/server/routes.ts';
import { createFace } from '../../src/server/server.ts';
import { ALL_ALLOWED, accessOf } from '../fakes/access.ts';
import { heldBy } from '../fakes/faceparts.ts';
import { filesOf } from '../fakes/filetree.ts';
import { named } from '../fakes/user.ts';

const TOKEN = 'secret-token';
const ANN = named('ann');

const STATUS = {
  deliveries: [
    { name: 'shop', environments: [{ name: 'dev' }, { name: 'prod' }] },
    { name: 'pay', environments: [{ name: 'test' }] },
  ],
} as unknown as StatusReport;

/** Actions that answer with what they were asked, beside the status. */
const echo = new Proxy({} as Actions, {
  get:
    (_, verb) =>
    async (...args: unknown[]) =>
      verb === 'status' ? STATUS : { verb, args },
});

const ask = (method: string, path: string, body?: unknown, access: Access = ALL_ALLOWED) => {
  const url = new URL(path, 'http://x');
  return answer(echo, access, { method, path: url.pathname, query: url.searchParams, body, user: ANN });
};

async function refused(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ProblemError ? error.problem.reason : String(error)),
  );
}

describe('server: routes', () => {
  it('hands the environment of the path, and the user, to the action', async () => {
    expect(
      (await ask('POST', '/api/v1/environments/shop/prod/promote', { dryRun: true }))?.body,
    ).to.deep.equal({
      verb: 'promote',
      args: [{ delivery: 'shop', environment: 'prod' }, { dryRun: true }, ANN],
    });
  });

  it('hands the object and the field that are to be explained to the action, and refuses none', async () => {
    const explain = '/api/v1/environments/shop/prod/explain';
    const answered = await ask('GET', `${explain}?object=deployment/web&field=spec.replicas`);
    expect(answered?.body).to.deep.equal({
      verb: 'explain',
      args: [
        { delivery: 'shop', environment: 'prod' },
        { object: 'deployment/web', field: 'spec.replicas' },
      ],
    });
    expect(await refused(ask('GET', explain))).to.equal('BadRequest');
    const nobody = accessOf(() => false);
    expect(await refused(ask('GET', `${explain}?object=deployment/web`, undefined, nobody))).to.equal(
      'Forbidden',
    );
  });

  it('finds the delivery where the path leaves it out, among those that the user may see', async () => {
    expect((await ask('GET', '/api/v1/environments//prod/why'))?.body).to.deep.include({
      args: [{ delivery: 'shop', environment: 'prod' }],
    });
    const dev = accessOf((_, question) => question.on === 'environment' && question.environment === 'dev');
    expect(await refused(ask('GET', '/api/v1/environments//prod/why', undefined, dev))).to.equal('NotFound');
  });

  it('asks for each verb whether the user may, before anything is done', async () => {
    const viewer = accessOf((_, { verb }) => verb === 'get');
    const asked = (method: string, path: string, body?: unknown) => refused(ask(method, path, body, viewer));
    const environment = '/api/v1/environments/shop/prod';
    for (const verb of ['plan', 'history', 'why', 'generated', 'explain?object=deployment/web'])
      expect(await asked('GET', `${environment}/${verb}`), verb).to.equal('not refused');
    for (const verb of [
      'sync',
      'rollback',
      'pin',
      'unpin',
      'hold',
      'release',
      'promote',
      'backport',
      'approve',
      'reject',
      'adopt',
      'renew',
      'confirm',
      'dryrun',
      'accept',
    ])
      expect(await asked('POST', `${environment}/${verb}`, {}), verb).to.equal('Forbidden');
    expect(await asked('POST', `${environment}/delete`, { onDelete: 'prune' })).to.equal('Forbidden');
    expect(await asked('POST', '/api/v1/deliveries', { name: 'shop' })).to.equal('Forbidden');
  });

  it('asks of a promotion that skips a gate for the right to skip, beside that to promote', async () => {
    const deployer = accessOf((_, { verb }) => verb === 'promote');
    const promote = '/api/v1/environments/shop/prod/promote';
    expect(await refused(ask('POST', promote, {}, deployer))).to.equal('not refused');
    const skip = { skip: ['soak'], reason: 'CVE' };
    expect(await refused(ask('POST', promote, skip, deployer))).to.equal('Forbidden');
    expect(await refused(ask('POST', promote, { skip: [] }, deployer))).to.equal('Forbidden');
    const both = accessOf((_, { verb }) => verb === 'promote' || verb === 'skip');
    expect((await ask('POST', promote, skip, both))?.body).to.have.deep.nested.property('args[1]', {
      dryRun: false,
      skip: { gates: ['soak'], reason: 'CVE' },
    });
  });

  it('renders a working tree for whoever may push there, and tells templates nothing for whoever may not', async () => {
    const plan = '/api/v1/environments/shop/prod/plan';
    const viewer = accessOf((_, { verb }) => verb === 'get');
    const packed = await packTreeText(filesOf({ 'a.yaml': 'a' }));
    if (!packed.ok) throw new Error('not packed');
    expect(await refused(ask('POST', plan, { tree: packed.value }, viewer))).to.equal('Forbidden');
    expect(await refused(ask('POST', plan, { tree: 'x' }))).to.equal('BadTree');
    const args = async (access?: Access) => {
      const answered = await ask('GET', `${plan}?revision=feature`, undefined, access);
      return (answered?.body as { args: unknown[] } | undefined)?.args[1];
    };
    expect(await args(viewer)).to.deep.equal({ revision: 'feature', looksUp: false });
    expect(await args()).to.deep.equal({ revision: 'feature' });
    const sent = (await ask('POST', plan, { tree: packed.value }))?.body as
      | { args: [unknown, { tree: FileTree }] }
      | undefined;
    expect(sent?.args[1].tree.paths).to.deep.equal(['a.yaml']);
  });

  it('asks of several promotions for the right to each, before anything is done', async () => {
    const notBilling = accessOf(
      (_, question) => question.on === 'environment' && question.delivery !== 'billing',
    );
    const asked = (environments: unknown) =>
      refused(ask('POST', '/api/v1/promotions', { environments }, notBilling));
    expect(await asked(['shop/prod', 'billing/prod'])).to.equal('Forbidden');
    expect(await asked(['shop/prod'])).to.equal('BadRequest');
    expect(await asked('shop/prod')).to.equal('BadRequest');
  });

  it('shows of the status what the user may see', async () => {
    const dev = accessOf((_, question) => question.on === 'environment' && question.environment === 'dev');
    const seen = (await ask('GET', '/api/v1/status', undefined, dev))?.body as StatusReport;
    expect(seen.deliveries.map((one) => [one.name, one.environments.map(({ name }) => name)])).to.deep.equal([
      ['shop', ['dev']],
    ]);
  });

  it('lets nobody allow clusters, namespaces or registries who may connect only', async () => {
    const connector = accessOf((_, { verb }) => verb === 'connect');
    const connect = (body: object) => refused(ask('POST', '/api/v1/deliveries', body, connector));
    expect(await connect({ name: 'shop' })).to.equal('not refused');
    expect(await connect({ name: 'shop', allowClusters: ['other'] })).to.equal('Forbidden');
    expect(await connect({ name: 'shop', prometheus: 'https://prom.example.com' })).to.equal('Forbidden');
    expect(await connect({ name: 'shop', prometheusToken: 's3cret' })).to.equal('Forbidden');
  });

  it('refuses an unknown verb, a body that is no object and a field of the wrong type', async () => {
    expect(await refused(ask('POST', '/api/v1/environments/shop/prod/explode', {}))).to.equal('NotFound');
    expect(await refused(ask('POST', '/api/v1/environments/shop/prod/pin', []))).to.equal('BadRequest');
    expect(await refused(ask('POST', '/api/v1/environments/shop/prod/rollback', { number: '3' }))).to.equal(
      'BadRequest',
    );
    expect(await refused(ask('POST', '/api/v1/deliveries', {}))).to.equal('BadRequest');
  });

  it('refuses a body that names the user: it would be recorded as somebody else’s', async () => {
    expect(await refused(ask('POST', '/api/v1/environments/shop/prod/approve', { by: 'bob' }))).to.equal(
      'BadRequest',
    );
  });

  it('leaves paths outside the API alone', async () => {
    expect(await ask('GET', '/elsewhere')).to.equal(undefined);
  });
});

describe('server: over HTTP', () => {
  const face = createFace({
    actions: echo,
    progress: createProgressHub(),
    git: async () => false,
    ...heldBy(TOKEN),
    backup: () => [],
    clock: systemClock,
    names: ['builder'],
    logger: silentLogger,
  });
  let port = 0;
  before(async () => {
    port = await face.listen('127.0.0.1', 0);
  });
  after(() => face.close());

  const get = (
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, path, headers, method: body ? 'POST' : 'GET' },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  it('asks everybody for the token, loopback or not', async () => {
    expect((await get('/api/v1/status')).status).to.equal(401);
    expect((await get('/api/v1/status', { Authorization: 'Bearer wrong' })).status).to.equal(401);
    expect((await get('/api/v1/status', { Authorization: `Bearer ${TOKEN}` })).status).to.equal(200);
    const basic = Buffer.from(`git:${TOKEN}`).toString('base64');
    expect((await get('/api/v1/status', { Authorization: `Basic ${basic}` })).status).to.equal(200);
  });

  it('does nothing that another web site asks for with the credentials that a browser has kept', async () => {
    const ask = (site: string) =>
      get(
        '/api/v1/environments/shop/prod/sync',
        { Authorization: `Bearer ${TOKEN}`, 'Sec-Fetch-Site': site },
        '{}',
      );
    expect((await ask('cross-site')).status).to.equal(403);
    expect((await ask('same-site')).status).to.equal(403);
    expect((await ask('same-origin')).status).to.equal(200);
  });

  it('asks where a request comes from when the browser does not say who asks, and does nothing for a name that it does not know', async () => {
    const ask = async (headers: Record<string, string>) =>
      (
        await get(
          '/api/v1/environments/shop/prod/sync',
          { Authorization: `Bearer ${TOKEN}`, ...headers },
          '{}',
        )
      ).status;
    expect(await ask({ Host: '127.0.0.1:7080', Origin: 'http://127.0.0.1:7080' })).to.equal(200);
    expect(await ask({ Host: 'localhost:7080' })).to.equal(200);
    expect(await ask({ Host: '[::1]:7080' })).to.equal(200);
    expect(await ask({ Host: 'builder:7080' })).to.equal(200);
    expect(await ask({ Host: '127.0.0.1:7080', Origin: 'http://evil.example' })).to.equal(403);
    expect(await ask({ Host: '127.0.0.1:7080', Origin: 'http://127.0.0.1:3000' })).to.equal(403);
    expect(await ask({ Host: '127.0.0.1:7080', Origin: 'null' })).to.equal(403);
    expect(await ask({ Host: 'evil.example:7080', Origin: 'http://evil.example:7080' })).to.equal(403);
    expect(await ask({ Host: 'evil.example:7080' })).to.equal(403);
  });

  it('refuses a request target that is no address', async () => {
    const authorized = { Authorization: `Bearer ${TOKEN}` };
    expect((await get('//', authorized)).status).to.equal(400);
    expect((await get('/api/v1/environments/%zz/prod/plan', authorized)).status).to.equal(400);
  });

  it('tells who sends too much that it is too much, whether or not the length was announced', async () => {
    const body = JSON.stringify({ reason: 'x'.repeat(1 << 20) });
    const announcements: Record<string, string>[] = [
      { 'Transfer-Encoding': 'chunked' },
      { 'Content-Length': `${body.length}` },
    ];
    for (const headers of announcements) {
      const answer = await get(
        '/api/v1/environments/shop/prod/pin',
        { Authorization: `Bearer ${TOKEN}`, ...headers },
        body,
      );
      expect(answer.status).to.equal(413);
      expect(answer.text).to.contain('larger than');
    }
  });

  it('says that it lives without a token', async () => {
    expect(await get('/healthz')).to.deep.equal({ status: 200, text: 'ok\n' });
  });

  it('names a port in use and what to do about it', async () => {
    const second = createFace({
      actions: echo,
      progress: createProgressHub(),
      git: async () => false,
      ...heldBy(TOKEN),
      backup: () => [],
      clock: systemClock,
      logger: silentLogger,
    });
    const error = await second.listen('127.0.0.1', port).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(ProblemError);
    expect((error as ProblemError).problem).to.deep.include({ reason: 'PortInUse' });
    expect((error as ProblemError).problem.message).to.contain(String(port));
  });
});
