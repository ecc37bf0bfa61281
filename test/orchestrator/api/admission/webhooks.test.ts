import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { MutatingWebhook } from '../../../../src/kube/kinds/objects.data.ts';
import {
  CONFIG_MAPS,
  ENDPOINT_SLICES,
  MUTATING_WEBHOOK_CONFIGURATIONS,
  NAMESPACES,
  PODS,
  SERVICES,
  VALIDATING_WEBHOOK_CONFIGURATIONS,
} from '../../../../src/kube/kinds/resources.data.ts';
import { inProcessClient } from '../../../../src/orchestrator/api/inprocess.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { give, person } from '../auth/rbac/notation.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { configMap, endpointSlice, refusal, service } from '../notation.ts';
import { patchOf, RULE, startWebhookServer, type WebhookServer } from './webhookserver.ts';

describe('an admission webhook', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  let hooks: WebhookServer;
  before(async () => {
    hooks = await startWebhookServer();
  });
  after(() => hooks.stop());
  beforeEach(async () => {
    hooks.requests.length = 0;
    plane = await startTestApi();
    client = plane.client();
  });
  afterEach(() => plane.dispose());

  const configure = (kind: 'Mutating' | 'Validating', webhooks: readonly MutatingWebhook[], name = 'hooks') =>
    client.create(kind === 'Mutating' ? MUTATING_WEBHOOK_CONFIGURATIONS : VALIDATING_WEBHOOK_CONFIGURATIONS, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}WebhookConfiguration`,
      metadata: { name },
      webhooks,
    });
  const validating = (path: string, more: Partial<MutatingWebhook> = {}, operations?: readonly string[]) =>
    configure('Validating', [hooks.hook(path, RULE('configmaps', operations), more)]);
  const create = (name = 'a', data: Record<string, string> = {}) =>
    client.create(CONFIG_MAPS, configMap(name, data));
  const ADD = (key: string) => patchOf({ op: 'add', path: `/data/${key}`, value: 'yes' });

  describe('that validates', () => {
    it('is shown the request, and refuses with its own status', async () => {
      hooks.answer('/deny', () => ({
        allowed: false,
        status: { code: 403, reason: 'Forbidden', message: 'not on Fridays' },
      }));
      await validating('/deny');
      expect(await refusal(create('a', { x: '1' }))).to.equal(
        'Forbidden: admission webhook "deny.hooks.example.com" denied the request: not on Fridays',
      );
      const [request] = hooks.requests;
      expect(request).to.deep.include({
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'a',
        namespace: 'default',
        operation: 'CREATE',
        oldObject: null,
        dryRun: false,
      });
      expect(request?.object).to.deep.include({ data: { x: '1' } });
      expect(request?.userInfo).to.deep.include({ username: 'admin' });
    });

    it('refuses without a word of its own', async () => {
      hooks.answer('/silent', () => ({ allowed: false }));
      await validating('/silent');
      const error = await create().catch((one) => one);
      expect(error.message).to.equal(
        'admission webhook "silent.hooks.example.com" denied the request without explanation',
      );
      expect(error.code).to.equal(400);
    });

    it('sees a deletion, and warns of it', async () => {
      hooks.answer('/old', () => ({ allowed: true, warnings: ['it will be missed'] }));
      await validating('/old', {}, ['DELETE']);
      await create();
      expect(hooks.requests).to.have.length(0);
      await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'a' });
      expect(hooks.requests[0]?.object).to.equal(null);
      expect(hooks.requests[0]?.oldObject).to.deep.include({ kind: 'ConfigMap' });
    });

    it('that is down refuses, or is passed over where its failure policy says so', async () => {
      const down = { clientConfig: { url: 'https://127.0.0.1:1/x' } };
      await validating('/down', down);
      expect(await refusal(create())).to.match(
        /^InternalError: Internal error occurred: failed calling webhook "down.hooks.example.com": failed to call webhook: Post "https:\/\/127.0.0.1:1\/x\?timeout=10s": connect ECONNREFUSED/,
      );
      await client.delete(VALIDATING_WEBHOOK_CONFIGURATIONS, { name: 'hooks' });
      await validating('/down', { ...down, failurePolicy: 'Ignore' });
      await create();
    });

    it('behind a Service is asked at an endpoint of it, whatever port the Service has', async () => {
      hooks.answer('/behind', () => ({ allowed: false }));
      const { clientConfig } = hooks.hook('/behind', RULE('configmaps'));
      const asked = { name: 'hooks', namespace: 'default', path: '/behind' };
      const caBundle = clientConfig.caBundle ?? '';
      await validating('/behind', { clientConfig: { caBundle, service: asked } });
      const failure = (why: string) =>
        `failed to call webhook: Post "https://hooks.default.svc:443/behind?timeout=10s": ${why}`;
      expect(await refusal(create())).to.contain(failure('service "hooks" not found'));
      await client.create(SERVICES, service('hooks', {}, { name: 'https', port: 443 }));
      expect(await refusal(create())).to.contain(failure('no endpoints available for service "hooks"'));
      const endpoints = [
        { address: '127.0.0.2', ready: false },
        { address: '127.0.0.1', ready: true },
      ];
      await client.create(
        ENDPOINT_SLICES,
        endpointSlice('hooks', endpoints, [{ name: 'https', port: hooks.port }]),
      );
      expect(await refusal(create())).to.contain('denied the request');
      await client.delete(VALIDATING_WEBHOOK_CONFIGURATIONS, { name: 'hooks' });
      await validating('/behind', { clientConfig: { caBundle, service: { ...asked, port: 8443 } } });
      expect(await refusal(create())).to.contain('no service port 8443 found for service "hooks"');
    });

    it('that is slow is given up', async () => {
      hooks.answer('/slow', () => undefined);
      await validating('/slow', { timeoutSeconds: 1 });
      expect(await refusal(create())).to.contain('?timeout=1s": context deadline exceeded');
    });

    it('that answers nonsense is not believed', async () => {
      await validating('/nonsense');
      hooks.answer('/nonsense', () => ({ uid: 'another', allowed: true }));
      expect(await refusal(create())).to.match(
        /received invalid webhook response: expected response.uid="[-0-9a-f]+", got "another"$/,
      );
      hooks.answer('/nonsense', () => ADD('x'));
      expect(await refusal(create())).to.contain('validating webhook may not return response.patch');
      hooks.answer('/nonsense', (_request, raw) => void raw.end('<html>'));
      expect(await refusal(create())).to.contain('failed to call webhook: Post');
    });

    it('without side effects is asked about a dry run, and learns that it is one', async () => {
      hooks.answer('/effects', () => ({ allowed: true }));

      await validating('/effects', { sideEffects: 'NoneOnDryRun' });
      await client.create(CONFIG_MAPS, configMap('a'), { dryRun: true });
      expect(hooks.requests[0]?.dryRun).to.equal(true);
    });

    it('is asked about the namespaces and objects that it selects', async () => {
      hooks.answer('/some', () => ({ allowed: false }));
      await configure('Validating', [
        hooks.hook('/some', RULE('configmaps'), {
          namespaceSelector: { matchLabels: { guarded: 'yes' } },
          objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] },
        }),
      ]);
      await create();
      const merge = { type: 'merge', body: { metadata: { labels: { guarded: 'yes' } } } } as const;
      await client.patch(NAMESPACES, { name: 'default' }, merge);
      const labelled = configMap('b');
      await client.create(CONFIG_MAPS, {
        ...labelled,
        metadata: { ...labelled.metadata, labels: { skip: 'me' } },
      });
      expect(await refusal(create('c'))).to.contain('denied the request');
    });

    it('is asked where its conditions hold', async () => {
      hooks.answer('/cond', () => ({ allowed: false }));
      const matchConditions = [
        { name: 'not-leases', expression: "request.operation == 'CREATE' && object.data.x == '1'" },
      ];
      await validating('/cond', { matchConditions });
      await create('a', { x: '2' });
      expect(await refusal(create('b', { x: '1' }))).to.contain('denied the request');
      expect(await refusal(create('c', { y: '1' }))).to.contain(
        `configmaps "c" is forbidden: expression '${matchConditions[0]?.expression}' resulted in error: no such key: x`,
      );
    });

    it('is not asked about those whom its conditions let pass, by what they may do', async () => {
      hooks.answer('/cond', () => ({ allowed: false }));
      const expression = "!authorizer.requestResource.check('bypass').allowed()";
      await validating('/cond', { matchConditions: [{ name: 'no-breakglass', expression }] });
      await create('a');
      await give(client, 'ada', ['create configmaps']);
      const ada = inProcessClient(plane.api, person('ada'));
      expect(await refusal(ada.create(CONFIG_MAPS, configMap('b')))).to.contain('denied the request');
    });

    it('whose condition cannot be understood is refused', async () => {
      const matchConditions = [{ name: 'bad', expression: 'object.' }];
      expect(await refusal(validating('/cond', { matchConditions }))).to.contain(
        'webhooks[0].matchConditions[0].expression: Invalid value: "object.": compilation failed: ERROR: <input>',
      );
    });

    it('is never asked about webhooks', async () => {
      hooks.answer('/all', () => ({ allowed: false }));
      const rule = { ...RULE('*', ['*']), apiGroups: ['*'] };
      await configure('Validating', [hooks.hook('/all', rule)]);
      expect(await refusal(create())).to.contain('denied');
      await client.delete(VALIDATING_WEBHOOK_CONFIGURATIONS, { name: 'hooks' });
      await create();
    });
  });

  describe('that mutates', () => {
    it('changes what is written, one after the other, before it is validated', async () => {
      hooks.answer('/one', () => ADD('one'));
      hooks.answer('/two', ({ object }) =>
        (object as { data?: object } | null)?.data && 'one' in ((object as { data?: object }).data ?? {})
          ? ADD('two')
          : { allowed: false },
      );
      await configure('Mutating', [
        hooks.hook('/one', RULE('configmaps')),
        hooks.hook('/two', RULE('configmaps')),
      ]);
      expect((await create('a', { own: '1' })).data).to.deep.equal({ own: '1', one: 'yes', two: 'yes' });
    });

    it('is asked again after others have changed the object, where it wants to be', async () => {
      hooks.answer('/again', ({ object }) =>
        patchOf({ op: 'add', path: '/data/seen', value: String(Object.keys(Object(object).data).length) }),
      );
      hooks.answer('/later', () => ADD('later'));
      await configure('Mutating', [
        hooks.hook('/again', RULE('configmaps'), { reinvocationPolicy: 'IfNeeded' }),
        hooks.hook('/later', RULE('configmaps')),
      ]);
      expect((await create('a', { own: '1' })).data).to.deep.equal({ own: '1', seen: '3', later: 'yes' });
      expect(hooks.requests).to.have.length(3);
    });

    it('keeps nothing that the kind does not know, and may not break what it is', async () => {
      hooks.answer('/odd', () => patchOf({ op: 'add', path: '/unknown', value: 1 }));
      await configure('Mutating', [hooks.hook('/odd', RULE('configmaps'))]);
      expect(await create('a')).to.not.have.property('unknown');
      hooks.answer('/odd', () => patchOf({ op: 'add', path: '/data', value: 'text' }));
      expect(await refusal(create('b'))).to.match(/^InternalError: .*the patched object cannot be read/);
      hooks.answer('/odd', () => patchOf({ op: 'remove', path: '/data/nothing' }));
      expect(await refusal(create('c'))).to.contain('InternalError: Internal error occurred: ');
    });

    it('changes nothing of a deletion', async () => {
      hooks.answer('/del', () => patchOf({ op: 'add', path: '/x', value: 1 }));
      await configure('Mutating', [hooks.hook('/del', RULE('configmaps', ['DELETE']))]);
      await create();
      expect(await refusal(client.delete(CONFIG_MAPS, { namespace: 'default', name: 'a' }))).to.contain(
        'admission webhook "del.hooks.example.com" attempted to modify the object, which is not supported for this operation',
      );
    });

    it('has the defaults of pods set for what it adds', async () => {
      hooks.answer('/side', () =>
        patchOf({ op: 'add', path: '/spec/containers/-', value: { name: 'side', image: 'host' } }),
      );
      await configure('Mutating', [hooks.hook('/side', RULE('pods'))]);
      const { spec } = await client.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web', namespace: 'default' },
        spec: { containers: [{ name: 'main', image: 'host' }] },
      });
      expect(spec.containers[1]).to.deep.include({ name: 'side', terminationMessagePolicy: 'File' });
    });
  });
});
