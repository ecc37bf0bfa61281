import { expect } from 'chai';
import { type Asked, type Audited, startAudited } from './audited.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const SECRETS = '/api/v1/namespaces/default/secrets';
const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: '1' } };

describe('the record of requests to the Kubernetes API', () => {
  let audited: Audited;
  before(async () => {
    audited = await startAudited();
  });
  beforeEach(() => void audited.events.splice(0));
  after(() => audited.close());
  const start = () => audited;

  it('says who wrote what, from where, when, and by which right', async () => {
    const { ask, events } = start();
    const { code, id } = await ask('POST', CONFIG_MAPS, {
      body: settings,
      headers: { 'user-agent': 'kubectl/v1' },
    });
    expect(code).to.equal(201);
    expect(events).to.have.length(1);
    const [event] = events;
    expect(event?.requestReceivedTimestamp).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    expect(event).to.deep.include({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: id,
      stage: 'ResponseComplete',
      requestURI: CONFIG_MAPS,
      verb: 'create',
      user: { username: 'admin', uid: 'u1', groups: ['system:masters', 'system:authenticated'] },
      sourceIPs: ['127.0.0.1'],
      userAgent: 'kubectl/v1',
      responseStatus: { metadata: {}, code: 201 },
      annotations: {
        'authorization.k8s.io/decision': 'allow',
        'authorization.k8s.io/reason': '',
        'pilotage.dev/face': 'api',
      },
    });
    expect(event?.objectRef).to.deep.include({
      resource: 'configmaps',
      namespace: 'default',
      name: 'settings',
      apiVersion: 'v1',
    });
  });

  it('holds the reading of a Secret, and no other reading', async () => {
    const { ask, events } = start();
    await ask('GET', CONFIG_MAPS);
    await ask('GET', SECRETS);
    await ask('GET', '/version');
    expect(events.map(({ verb, objectRef }) => [verb, objectRef?.resource])).to.deep.equal([
      ['list', 'secrets'],
    ]);
  });

  it('holds a request that is denied, with the reason, whatever it asked for', async () => {
    const { ask, events } = start();
    const { code } = await ask('GET', CONFIG_MAPS, { token: 'ann-token-1234567890' });
    expect(code).to.equal(403);
    expect(events).to.have.length(1);
    expect(events[0]?.responseStatus).to.deep.include({
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      message:
        'configmaps is forbidden: User "ann" cannot list resource "configmaps" in API group "" in the namespace "default"',
    });
    expect(events[0]?.annotations).to.include({ 'authorization.k8s.io/decision': 'forbid' });
  });

  it('holds a bearer who is not known, without the token', async () => {
    const { ask, events } = start();
    const { code } = await ask('GET', CONFIG_MAPS, { token: 'guessed-token' });
    expect(code).to.equal(401);
    expect(events[0]).to.deep.include({ user: {}, verb: 'list', sourceIPs: ['127.0.0.1'] });
    expect(events[0]?.responseStatus?.code).to.equal(401);
    expect(JSON.stringify(events)).to.not.contain('guessed-token');
  });

  it('names both who asks and as whom', async () => {
    const { ask, events } = start();
    const headers = { 'impersonate-user': 'bob', 'impersonate-group': 'ops' };
    await ask('DELETE', `${CONFIG_MAPS}/absent`, { headers });
    expect(events[0]?.user.username).to.equal('admin');
    expect(events[0]?.impersonatedUser).to.deep.equal({
      username: 'bob',
      groups: ['ops', 'system:authenticated'],
    });
  });

  it('names who may not act as another', async () => {
    const { ask, events } = start();
    await ask('DELETE', `${CONFIG_MAPS}/absent`, {
      token: 'ann-token-1234567890',
      headers: { 'impersonate-user': 'admin' },
    });
    expect(events[0]?.user.username).to.equal('ann');
    expect(events[0]).to.not.have.property('impersonatedUser');
    expect(events[0]?.responseStatus?.message).to.contain('cannot impersonate resource "users"');
  });

  it('has a stage for each end of a watch', async () => {
    const { ask, events } = start();
    await ask('GET', `${SECRETS}?watch=1&timeoutSeconds=1`);
    expect(events.map(({ stage, verb }) => [stage, verb])).to.deep.equal([
      ['ResponseStarted', 'watch'],
      ['ResponseComplete', 'watch'],
    ]);
    expect(new Set(events.map(({ auditID }) => auditID)).size).to.equal(1);
  });

  it('honours the id that a client gives, where it is one', async () => {
    const { ask, events } = start();
    const path = `${CONFIG_MAPS}/absent`;
    expect((await ask('DELETE', path, { headers: { 'audit-id': 'my-id-1' } })).id).to.equal('my-id-1');
    expect((await ask('DELETE', path, { headers: { 'audit-id': 'not "one"' } })).id).to.match(
      /^[0-9a-f-]{36}$/,
    );
    expect(events[0]?.auditID).to.equal('my-id-1');
  });

  it('does not let a client stand in for the address that it comes from', async () => {
    const { ask, events } = start();
    const headers = { 'x-forwarded-for': '192.0.2.7, nonsense, 127.0.0.1' };
    await ask('DELETE', `${CONFIG_MAPS}/absent`, { headers });
    expect(events[0]?.sourceIPs).to.deep.equal(['192.0.2.7', '127.0.0.1']);
  });
});

describe('the record of requests by a policy of its own', () => {
  let audited: Audited | undefined;
  const start = async (...rules: Parameters<typeof startAudited>) => {
    audited = await startAudited(...rules);
    return audited;
  };
  afterEach(() => audited?.close());

  it('holds the body that was sent from Request on, and the answer from RequestResponse on', async () => {
    const { ask, events } = await start(
      {
        level: 'RequestResponse',
        verbs: ['create'],
        omitManagedFields: true,
        omitStages: ['RequestReceived'],
      },
      { level: 'Request', verbs: ['patch'], omitStages: ['RequestReceived'] },
    );
    await ask('POST', CONFIG_MAPS, { body: settings });
    const headers = { 'content-type': 'application/merge-patch+json' };
    await ask('PATCH', `${CONFIG_MAPS}/settings`, { body: { data: { a: '2' } }, headers });
    const [created, patched] = events;
    expect(created?.requestObject).to.deep.equal(settings);
    expect(created?.responseObject).to.deep.include({ kind: 'ConfigMap', data: { a: '1' } });
    expect(JSON.stringify(created?.responseObject)).to.not.contain('managedFields');
    expect(patched?.requestObject).to.deep.equal({ data: { a: '2' } });
    expect(patched).to.not.have.property('responseObject');
  });

  it('holds the first stage before anything is decided', async () => {
    const { ask, events } = await start({ level: 'Metadata' });
    await ask('DELETE', `${CONFIG_MAPS}/absent`);
    expect(events.map(({ stage }) => stage)).to.deep.equal(['RequestReceived', 'ResponseComplete']);
  });

  it('holds nothing of what its rules leave out, refused or not', async () => {
    const { ask, events } = await start({ level: 'None', users: ['ann'] }, { level: 'Metadata' });
    await ask('GET', SECRETS, { token: 'ann-token-1234567890' });
    expect(events).to.deep.equal([]);
  });
});

/** What may never be found in a record. */
const PLANTED = 'planted-5ecret';
const BASE64 = Buffer.from(PLANTED).toString('base64');
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'db',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"a":"${BASE64}"}}` },
  },
  data: { password: BASE64 },
  stringData: { other: PLANTED },
};
const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: PLANTED } };
const requested = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec: {},
  status: { token: PLANTED },
};

describe('a secret in a request to the Kubernetes API', () => {
  it('is in no record, whatever the request and however much the policy wants', async () => {
    const audited = await startAudited({ level: 'RequestResponse' });
    const bodies: readonly unknown[] = [
      secret,
      { ...secret, data: { password: PLANTED } },
      { apiVersion: 'v1', kind: 'List', items: [secret] },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, spec: { template: secret } },
      review,
      requested,
      `{"kind":"Secret","data":{"a":"${PLANTED}"`,
      `kind: Secret\ndata: {a: "${PLANTED}"}`,
      [{ op: 'add', path: '/data/x', value: BASE64 }],
      undefined,
    ];
    const paths = [
      SECRETS,
      `${SECRETS}/db`,
      `${SECRETS}?token=${PLANTED}`,
      `${SECRETS}/db?fieldManager=${'m'.repeat(10)}&access_token=${PLANTED}`,
      '/apis/authentication.k8s.io/v1/tokenreviews',
      '/api/v1/namespaces/default/serviceaccounts/default/token',
      `/api/v1/namespaces/default/services/web/proxy/login?password=${PLANTED}`,
    ];
    const types = [
      'application/json',
      'application/merge-patch+json',
      'application/apply-patch+yaml',
      'application/yaml',
    ];
    try {
      let n = 0;
      for (const path of paths)
        for (const body of bodies)
          for (const method of ['POST', n % 2 === 0 ? 'PUT' : 'PATCH', 'GET']) {
            const type = types[n++ % types.length] ?? '';
            const asked: Asked = {
              body: method === 'GET' ? undefined : body,
              headers: { 'content-type': type, cookie: `session=${PLANTED}`, 'x-api-key': PLANTED },
              ...(n % 5 === 0 ? { token: PLANTED } : {}),
            };
            await audited.ask(method, path, asked);
          }
      expect(audited.events.length).to.be.greaterThan(n);
      for (const event of audited.events) {
        const text = JSON.stringify(event);
        expect(text.includes(PLANTED) || text.includes(BASE64), text).to.equal(false);
      }
      expect(JSON.stringify(audited.events), 'a token that was issued').to.not.match(/eyJ[\w-]+\.eyJ/);
    } finally {
      await audited.close();
    }
  });

  it('is not in the record of another kind that it was sent to', async () => {
    const audited = await startAudited({ level: 'RequestResponse' });
    try {
      for (const body of [
        secret,
        { apiVersion: 'v1', kind: 'List', items: [secret] },
        `{"data": "${PLANTED}`,
      ])
        await audited.ask('POST', CONFIG_MAPS, { body });
      expect(audited.events).to.have.length(6);
      expect(JSON.stringify(audited.events)).to.not.contain(PLANTED).and.not.contain(BASE64);
    } finally {
      await audited.close();
    }
  });
});
