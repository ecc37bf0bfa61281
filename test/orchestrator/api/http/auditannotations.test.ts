import { expect } from 'chai';
import { RULE, startWebhookServer } from '../admission/webhookserver.ts';
import { type Audited, startAudited } from './audited.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
});

describe('what plug-ins of admission say for the record', () => {
  let audited: Audited;
  before(async () => {
    audited = await startAudited();
    const labels = {
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/audit': 'restricted',
      'pod-security.kubernetes.io/audit-version': 'v1.7',
    };
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } };
    await audited.ask('POST', '/api/v1/namespaces', { body });
    await audited.ask('POST', '/api/v1/namespaces/shop/serviceaccounts', {
      body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    });
  });
  beforeEach(() => void audited.events.splice(0));
  after(() => audited.close());

  const said = (key: string) => audited.events.at(-1)?.annotations?.[key];

  it('is the level that was enforced, and what another level would forbid', async () => {
    const { code } = await audited.ask('POST', PODS, { body: pod('web') });
    expect(code).to.equal(201);
    expect(said('pod-security.kubernetes.io/enforce-policy')).to.equal('baseline:latest');
    expect(said('pod-security.kubernetes.io/audit-violations')).to.equal(
      'would violate PodSecurity "restricted:v1.7": runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true)',
    );
  });

  it('is there of a request that is refused, too', async () => {
    const { code } = await audited.ask('POST', PODS, { body: pod('host', { hostNetwork: true }) });
    expect(code).to.equal(403);
    expect(said('pod-security.kubernetes.io/enforce-policy')).to.equal('baseline:latest');
    expect(said('authorization.k8s.io/decision')).to.equal('allow');
  });

  describe('from a policy', () => {
    const GROUP = '/apis/admissionregistration.k8s.io/v1';
    const apiVersion = 'admissionregistration.k8s.io/v1';
    before(async () => {
      const rule = {
        apiGroups: [''],
        apiVersions: ['v1'],
        operations: ['CREATE'],
        resources: ['configmaps', 'secrets'],
      };
      await audited.ask('POST', `${GROUP}/validatingadmissionpolicies`, {
        body: {
          apiVersion,
          kind: 'ValidatingAdmissionPolicy',
          metadata: { name: 'small.example.com' },
          spec: {
            matchConstraints: { resourceRules: [rule] },
            validations: [
              { expression: 'true' },
              { expression: 'size(object.data) < 2', message: 'too large' },
            ],
            auditAnnotations: [
              { key: 'size', valueExpression: 'string(size(object.data))' },
              { key: 'nothing', valueExpression: 'null' },
            ],
          },
        },
      });
      await audited.ask('POST', `${GROUP}/validatingadmissionpolicybindings`, {
        body: {
          apiVersion,
          kind: 'ValidatingAdmissionPolicyBinding',
          metadata: { name: 'here' },
          spec: { policyName: 'small.example.com', validationActions: ['Audit'] },
        },
      });
    });
    const create = (kind: string, plural: string) =>
      audited.ask('POST', `/api/v1/namespaces/shop/${plural}`, {
        body: { apiVersion: 'v1', kind, metadata: { name: 'a' }, data: { x: 'YQ==', y: 'Yg==' } },
      });

    it('is what does not hold where its binding audits, and what its expressions make', async () => {
      expect((await create('ConfigMap', 'configmaps')).code).to.equal(201);
      expect(JSON.parse(said('validation.policy.admission.k8s.io/validation_failure') ?? '')).to.deep.equal([
        {
          message: 'too large',
          policy: 'small.example.com',
          binding: 'here',
          expressionIndex: 1,
          validationActions: ['Audit'],
        },
      ]);
      expect(said('small.example.com/size')).to.equal('2');
      expect(said('small.example.com/nothing')).to.equal(undefined);
    });

    it('is nothing of a Secret', async () => {
      expect((await create('Secret', 'secrets')).code).to.equal(201);
      expect(Object.keys(audited.events.at(-1)?.annotations ?? {})).to.deep.equal([
        'authorization.k8s.io/decision',
        'authorization.k8s.io/reason',
        'pilotage.dev/face',
      ]);
    });
  });

  describe('from a webhook', () => {
    it('is under its name, and neither in the words of the record itself nor under keys that are none', async () => {
      const hooks = await startWebhookServer();
      try {
        hooks.answer('/note', () => ({
          allowed: true,
          auditAnnotations: { seen: 'yes', 'not a key': 'x', 'two/slashes': 'x' },
        }));
        const hook = hooks.hook('/note', RULE('services', ['CREATE']));
        await audited.ask('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
          body: {
            apiVersion: 'admissionregistration.k8s.io/v1',
            kind: 'ValidatingWebhookConfiguration',
            metadata: { name: 'hooks' },
            webhooks: [hook],
          },
        });
        const body = {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'web' },
          spec: { ports: [{ port: 80 }] },
        };
        const { code } = await audited.ask('POST', '/api/v1/namespaces/shop/services', { body });
        expect(code).to.equal(201);
        const { annotations = {} } = audited.events.at(-1) ?? {};
        expect(annotations[`${hook.name}/seen`]).to.equal('yes');
        expect(Object.keys(annotations).filter((key) => key.startsWith(hook.name))).to.have.length(1);
      } finally {
        await hooks.stop();
      }
    });
  });
});
