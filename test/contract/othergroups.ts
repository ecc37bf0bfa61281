import { expect } from 'chai';
import {
  CERTIFICATE_SIGNING_REQUESTS,
  EVENTS,
  EVENTS_K8S_IO_EVENTS,
  INGRESS_CLASSES,
  INGRESSES,
  NETWORK_POLICIES,
  PRIORITY_CLASSES,
  STORAGE_CLASSES,
  VALIDATING_WEBHOOK_CONFIGURATIONS,
} from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { refusal } from './notation.ts';
import { signingRequest } from './signingrequest.ts';

/** networking, storage, scheduling, admissionregistration, certificates, events: what holds of their kinds beyond their schemas. */
export function otherGroups(bench: Bench): void {
  const object = (apiVersion: string, kind: string, name: string, rest: object): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name },
    ...rest,
  });
  const inNamespace = () => ({ namespace: bench.namespace });

  it('an Ingress counts its generations, and keeps its status apart', async () => {
    const defaultBackend = { service: { name: 'web', port: { number: 80 } } };
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    const ingress = object('networking.k8s.io/v1', 'Ingress', bench.name('ingress'), {
      spec: { defaultBackend },
      status,
    });
    const created = await bench.client.create(INGRESSES, ingress, inNamespace());
    expect(created.metadata.generation).to.equal(1);
    expect(created.status).to.deep.equal({ loadBalancer: {} });
    const placed = await bench.client.update(INGRESSES, { ...created, status }, { subresource: 'status' });
    expect([placed.metadata.generation, placed.status]).to.deep.equal([1, status]);
    const spec = { defaultBackend: { service: { name: 'api', port: { name: 'http' } } } };
    const changed = await bench.client.update(INGRESSES, { ...placed, spec });
    expect([changed.metadata.generation, changed.status]).to.deep.equal([2, status]);
  });

  it('an Ingress says what is wrong with each of its rules', async () => {
    const bad = object('networking.k8s.io/v1', 'Ingress', bench.name('bad'), {
      spec: {
        rules: [
          {
            host: '192.0.2.1',
            http: {
              paths: [
                {
                  path: 'web',
                  pathType: 'Prefix',
                  backend: { service: { name: 'web', port: { number: 80 } } },
                },
              ],
            },
          },
          { host: 'foo.*', http: { paths: [{ path: '/', pathType: 'Exact', backend: {} }] } },
        ],
      },
    });
    const error = await refusal(bench.client.create(INGRESSES, bad, inNamespace()));
    const causes = error.status.details?.causes?.map(({ field, message }) => `${field}: ${message}`);
    expect(causes).to.include.members([
      'spec.rules[0].host: Invalid value: "192.0.2.1": must be a DNS name, not an IP address',
      'spec.rules[0].http.paths[0].path: Invalid value: "web": must be an absolute path',
      'spec.rules[1].http.paths[0].backend: Invalid value: "": resource or service backend is required',
    ]);
    expect(causes?.find((cause) => cause.startsWith('spec.rules[1].host'))).to.contain(
      "a wildcard DNS-1123 subdomain must start with '*.'",
    );
  });

  it('the controller of an IngressClass is named once for all', async () => {
    const spec = { controller: 'example.com/ingress', parameters: { kind: 'Settings', name: 'a' } };
    const created = await bench.client.create(
      INGRESS_CLASSES,
      object('networking.k8s.io/v1', 'IngressClass', bench.name('class'), { spec }),
    );
    expect(created.spec?.parameters).to.deep.equal({ kind: 'Settings', name: 'a', scope: 'Cluster' });
    const moved = { ...created, spec: { ...spec, controller: 'example.com/other' } };
    expect((await refusal(bench.client.update(INGRESS_CLASSES, moved))).message).to.contain(
      'spec.controller: Invalid value: "example.com/other": field is immutable',
    );
  });

  it('a NetworkPolicy concerns what comes in, and what goes out where it has rules for that', async () => {
    const policy = (name: string, spec: object) =>
      object('networking.k8s.io/v1', 'NetworkPolicy', bench.name(name), {
        spec: { podSelector: {}, ...spec },
      });
    const create = (name: string, spec: object) =>
      bench.client.create(NETWORK_POLICIES, policy(name, spec), inNamespace());
    expect((await create('in', {})).spec?.policyTypes).to.deep.equal(['Ingress']);
    expect((await create('both', { egress: [{}] })).spec?.policyTypes).to.deep.equal(['Ingress', 'Egress']);
    expect((await create('out', { policyTypes: ['Egress'] })).spec?.policyTypes).to.deep.equal(['Egress']);
    const ipBlock = { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '11.0.0.0/16'] };
    const refused = await refusal(create('block', { ingress: [{ from: [{ ipBlock }, {}] }] }));
    expect(refused.status.details?.causes?.map(({ field, message }) => `${field}: ${message}`)).to.deep.equal(
      [
        'spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        'spec.ingress[0].from[1]: Required value: must specify a peer',
      ],
    );
  });

  it('a StorageClass stays what it is', async () => {
    const created = await bench.client.create(
      STORAGE_CLASSES,
      object('storage.k8s.io/v1', 'StorageClass', bench.name('fast'), { provisioner: 'example.com/disks' }),
    );
    expect(created).to.deep.include({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
    const changed = { ...created, parameters: { kind: 'ssd' }, reclaimPolicy: 'Retain' };
    const error = await refusal(bench.client.update(STORAGE_CLASSES, changed));
    expect(error.message).to.contain('parameters: Forbidden: updates to parameters are forbidden.');
    expect(error.message).to.contain('reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.');
  });

  it('a PriorityClass keeps its value, and leaves the highest to the system', async () => {
    const priority = (name: string, value: number) =>
      object('scheduling.k8s.io/v1', 'PriorityClass', name, { value });
    const created = await bench.client.create(PRIORITY_CLASSES, priority(bench.name('high'), 1000));
    expect(created).to.deep.include({ preemptionPolicy: 'PreemptLowerPriority' });
    expect(
      (await refusal(bench.client.update(PRIORITY_CLASSES, { ...created, value: 5 }))).message,
    ).to.contain('value: Forbidden: may not be changed in an update.');
    const above = await refusal(
      bench.client.create(PRIORITY_CLASSES, priority(bench.name('above'), 1e9 + 1)),
    );
    expect(above.message).to.contain(
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
    );
    const own = await refusal(bench.client.create(PRIORITY_CLASSES, priority('system-own', 1)));
    expect(own.message).to.contain('system-own is not a known system priority class');
  });

  it('a webhook gets its defaults, and has to say whether it has side effects', async () => {
    const hook = {
      name: 'check.example.com',
      clientConfig: { url: 'https://example.com/check' },
      admissionReviewVersions: ['v1'],
      rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
      namespaceSelector: { matchLabels: { 'contract-test': 'nowhere' } },
    };
    const configuration = (webhook: object) =>
      object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', bench.name('hooks'), {
        webhooks: [webhook],
      });
    const silent = await refusal(bench.client.create(VALIDATING_WEBHOOK_CONFIGURATIONS, configuration(hook)));
    expect(silent.message).to.contain(
      'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
    );
    const created = await bench.client.create(
      VALIDATING_WEBHOOK_CONFIGURATIONS,
      configuration({ ...hook, sideEffects: 'None' }),
    );
    const [webhook] = created.webhooks ?? [];
    expect(webhook).to.deep.include({
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      objectSelector: {},
      timeoutSeconds: 10,
    });
    expect(webhook?.rules?.[0]).to.deep.include({ scope: '*' });
    await bench.client.delete(VALIDATING_WEBHOOK_CONFIGURATIONS, { name: created.metadata.name ?? '' });
  });

  it('an Event is one object in both of its groups', async () => {
    const name = bench.name('event');
    const about = { kind: 'Pod', namespace: bench.namespace, name: 'web', apiVersion: 'v1' };
    await bench.client.create(EVENTS_K8S_IO_EVENTS, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace: bench.namespace },
      eventTime: '2026-01-02T03:04:05.000006Z',
      reportingController: 'example.com/tester',
      reportingInstance: 'tester-1',
      action: 'Testing',
      reason: 'Tested',
      type: 'Normal',
      regarding: about,
      note: 'all is well',
    } as KubeObject);
    const core = await bench.client.get(EVENTS, { namespace: bench.namespace, name });
    expect(core).to.deep.include({
      apiVersion: 'v1',
      involvedObject: about,
      message: 'all is well',
      reportingComponent: 'example.com/tester',
      reason: 'Tested',
    });
    const { items } = await bench.client.list(EVENTS_K8S_IO_EVENTS, {
      namespace: bench.namespace,
      fieldSelector: 'regarding.name=web,reason=Tested',
    });
    expect(items.map((item) => item.metadata.name)).to.deep.equal([name]);
  });

  it('a CertificateSigningRequest says who asks, whatever it says itself', async () => {
    const created = await bench.client.create(
      CERTIFICATE_SIGNING_REQUESTS,
      signingRequest(bench.name('csr'), { username: 'somebody', groups: ['system:masters', 'else'] }),
    );
    expect(created.spec.username).to.be.a('string').and.not.equal('somebody');
    expect(created.spec.groups).to.not.include('else');
    expect(created.status).to.deep.equal({});
  });

  it('a CertificateSigningRequest is decided through its approval, and once', async () => {
    const { client } = bench;
    const created = await client.create(CERTIFICATE_SIGNING_REQUESTS, signingRequest(bench.name('csr')));
    const decide = (type: string, status = 'True') => ({ conditions: [{ type, status, reason: 'Tested' }] });
    const elsewhere = { ...created, status: decide('Approved') } as typeof created;
    expect(
      (await refusal(client.update(CERTIFICATE_SIGNING_REQUESTS, elsewhere, { subresource: 'status' })))
        .message,
    ).to.contain('status.conditions: Forbidden: updates may not add a condition of type "Approved"');
    const approved = await client.update(CERTIFICATE_SIGNING_REQUESTS, elsewhere, {
      subresource: 'approval',
    });
    expect(approved.status?.conditions?.[0]).to.include({ type: 'Approved', status: 'True' });
    expect(approved.status?.conditions?.[0]?.lastTransitionTime).to.match(/Z$/);
    const annotations = { why: 'asked nicely' };
    const explained = await client.patch(
      CERTIFICATE_SIGNING_REQUESTS,
      { name: created.metadata.name ?? '' },
      { type: 'merge', body: { metadata: { annotations } } },
      { subresource: 'approval' },
    );
    expect(explained.metadata.annotations).to.deep.equal(annotations);
    const denied = { ...explained, status: decide('Denied') } as typeof created;
    expect(
      (await refusal(client.update(CERTIFICATE_SIGNING_REQUESTS, denied, { subresource: 'approval' })))
        .message,
    ).to.contain('updates may not remove a condition of type "Approved"');
  });

  it('a CertificateSigningRequest holds a request', async () => {
    const bad = signingRequest(bench.name('csr'), {
      request: Buffer.from('none').toString('base64'),
      usages: [],
    });
    const error = await refusal(bench.client.create(CERTIFICATE_SIGNING_REQUESTS, bad));
    expect(error.message).to.contain('PEM block type must be CERTIFICATE REQUEST');
    expect(error.message).to.contain('spec.usages: Required value');
  });
}
