import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { WEBHOOK_KINDS } from '../../../src/model/kinds/delivery.ts';
import { WEBHOOK_FORGES } from '../../../src/server/webhooks/list.ts';
import type { Hook } from '../../../src/server/webhooks/webhook.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const SECONDS = String(NOW / 1000);
const hook = (headers: Record<string, string>, body: string | object): Hook => ({
  headers,
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const sum = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text);

describe('webhooks: forges', () => {
  it('believes the example of the documentation of GitHub, and no other body', () => {
    const headers = {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    const prove = (body: string) =>
      WEBHOOK_FORGES.github.prove(hook(headers, body), "It's a Secret to Everybody", NOW);
    expect(prove('Hello, World!').kind).to.equal('proven');
    expect(prove('Hello, World?')).to.deep.include({ kind: 'refused' });
  });

  for (const kind of WEBHOOK_KINDS) {
    const forge = WEBHOOK_FORGES[kind];
    const secret = forge.secretOf(Buffer.alloc(32, 7));
    const signed = forge.sign(secret, NOW, 'a1');
    const ping = hook(signed.headers, signed.body);

    it(`${kind} proves what is signed with its secret, and reads it as the ping that it is`, () => {
      expect(forge.prove(ping, secret, NOW).kind).to.equal('proven');
      expect(forge.read(ping)).to.deep.equal({ kind: 'ping' });
    });

    it(`${kind} refuses another secret, no signature, and an empty one`, () => {
      expect(forge.prove(ping, `${secret}x`, NOW).kind).to.equal('refused');
      expect(forge.prove({ ...ping, headers: {} }, secret, NOW).kind).to.equal('refused');
      const empty = Object.fromEntries(Object.keys(signed.headers).map((name) => [name, '']));
      expect(forge.prove({ ...ping, headers: empty }, secret, NOW).kind).to.equal('refused');
    });

    it(`${kind} tells two requests apart, and the same one by what the secret vouches for`, () => {
      const onceOf = (id: string) => {
        const { headers, body } = forge.sign(secret, NOW, id);
        const proof = forge.prove(hook(headers, body), secret, NOW);
        return proof.kind === 'proven' ? proof.once : undefined;
      };
      expect(onceOf('a1')).to.equal(onceOf('a1'));
      expect(onceOf('a1')).not.to.equal(onceOf('a2'));
    });
  }

  it('is not fooled by another delivery id around a body of GitHub that came before', () => {
    const { headers, body } = WEBHOOK_FORGES.github.sign('s', NOW, 'a1');
    const again = hook({ ...headers, 'x-github-delivery': 'fresh' }, body);
    expect(WEBHOOK_FORGES.github.prove(again, 's', NOW)).to.deep.equal(
      WEBHOOK_FORGES.github.prove(hook(headers, body), 's', NOW),
    );
  });

  it('refuses what is signed for more than five minutes ago or ahead', () => {
    for (const kind of ['generic', 'gitlab'] as const) {
      const secret = WEBHOOK_FORGES[kind].secretOf(Buffer.alloc(32, 1));
      const body = '{}';
      const v1 = sum(Buffer.from(secret.slice(6), 'base64'), `id.${SECONDS}.${body}`).digest('base64');
      const headers: Record<string, string> =
        kind === 'generic'
          ? { 'x-pilotage-signature': `t=${SECONDS},v1=${sum(secret, `${SECONDS}.${body}`).digest('hex')}` }
          : { 'webhook-id': 'id', 'webhook-timestamp': SECONDS, 'webhook-signature': `v1,AAAA v1,${v1}` };
      const prove = (now: number) => WEBHOOK_FORGES[kind].prove(hook(headers, body), secret, now);
      expect(prove(NOW + 299_000).kind, kind).to.equal('proven');
      expect(prove(NOW + 301_000), kind).to.deep.include({ kind: 'refused' });
      expect(prove(NOW - 301_000), kind).to.deep.include({ kind: 'refused' });
    }
  });

  it('lets no secret token stand in for a signature of GitLab that is wrong', () => {
    const secret = WEBHOOK_FORGES.gitlab.secretOf(Buffer.alloc(32, 1));
    const headers = {
      'x-gitlab-token': secret,
      'webhook-id': 'i',
      'webhook-timestamp': SECONDS,
      'webhook-signature': 'v1,AA',
    };
    expect(WEBHOOK_FORGES.gitlab.prove(hook(headers, '{}'), secret, NOW).kind).to.equal('refused');
  });

  const pushes: readonly (readonly [keyof typeof WEBHOOK_FORGES, Record<string, string>, object])[] = [
    ['github', { 'x-github-event': 'push' }, { ref: 'refs/heads/main', after: 'x' }],
    ['github', { 'x-github-event': 'delete' }, { ref: 'main', ref_type: 'branch' }],
    ['gitea', { 'x-gitea-event': 'push' }, { ref: 'refs/heads/main' }],
    ['gitlab', { 'x-gitlab-event': 'Push Hook' }, { object_kind: 'push', ref: 'refs/heads/main' }],
    [
      'bitbucket',
      { 'x-event-key': 'repo:push' },
      {
        push: {
          changes: [
            { new: { type: 'branch', name: 'main' } },
            { new: null, old: { type: 'tag', name: 'v1' } },
          ],
        },
      },
    ],
    [
      'bitbucket-server',
      { 'x-event-key': 'repo:refs_changed' },
      { changes: [{ ref: { id: 'refs/heads/main', type: 'BRANCH' } }] },
    ],
    [
      'azure',
      {},
      {
        eventType: 'git.push',
        resource: { refUpdates: [{ name: 'refs/heads/main' }, { name: 'refs/tags/v1' }] },
      },
    ],
    ['generic', {}, { branches: ['main'] }],
  ];
  for (const [kind, headers, body] of pushes) {
    it(`reads the branch that a push of ${kind} names: ${JSON.stringify(body).slice(0, 60)}`, () => {
      expect(WEBHOOK_FORGES[kind].read(hook(headers, body))).to.deep.equal({
        kind: 'push',
        branches: ['main'],
      });
    });
  }

  const requests: readonly (readonly [keyof typeof WEBHOOK_FORGES, Record<string, string>, object])[] = [
    ['github', { 'x-github-event': 'pull_request' }, {}],
    ['gitea', { 'x-gitea-event': 'pull_request_sync' }, {}],
    ['gitlab', {}, { object_kind: 'merge_request' }],
    ['bitbucket', { 'x-event-key': 'pullrequest:updated' }, {}],
    ['bitbucket-server', { 'x-event-key': 'pr:opened' }, {}],
    ['azure', {}, { eventType: 'git.pullrequest.updated' }],
    ['generic', {}, { event: 'pullRequests' }],
  ];
  for (const [kind, headers, body] of requests) {
    it(`reads of ${kind} that pull requests have changed`, () => {
      expect(WEBHOOK_FORGES[kind].read(hook(headers, body))).to.deep.equal({ kind: 'pullRequests' });
    });
  }

  it('reads the form that GitHub sends where it is set so', () => {
    const form = { 'x-github-event': 'push', 'content-type': 'application/x-www-form-urlencoded' };
    const payload = `payload=${encodeURIComponent('{"ref":"refs/heads/main"}')}`;
    expect(WEBHOOK_FORGES.github.read(hook(form, payload))).to.deep.equal({
      kind: 'push',
      branches: ['main'],
    });
  });

  it('shows no name of a branch that is long or odd, and no more than twenty', () => {
    const branches = ['a\u001b[2Jb', 'x'.repeat(300), ...Array.from({ length: 50 }, (_, at) => `b${at}`)];
    const hint = WEBHOOK_FORGES.generic.read(hook({}, { branches }));
    expect(hint.kind === 'push' && hint.branches).to.deep.equal(
      Array.from({ length: 20 }, (_, at) => `b${at}`),
    );
  });
});
