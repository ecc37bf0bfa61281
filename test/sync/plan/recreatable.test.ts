import { expect } from 'chai';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { BUILTIN_KINDS } from '../../../src/kube/kinds/builtin.ts';
import { applyDefaults } from '../../../src/kube/rules/defaults.ts';
import { validateObject } from '../../../src/kube/rules/validate.ts';
import { builtinSchema, type Schema } from '../../../src/kube/schema/schema.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import { gvkOf, type KubeObject, type Resource } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';
import { observe } from '../../../src/sync/cluster/observe.ts';
import { recreatable, recreateRefusal } from '../../../src/sync/plan/recreatable.ts';
import { refKey } from '../../../src/sync/plan/refkey.ts';
import type { Desired, Step, Trial } from '../../../src/sync/plan/types.ts';

function read(text: string): KubeObject {
  const parsed = parseYaml(text, 'case');
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  const object = parsed.value as unknown as KubeObject;
  return applyDefaults(builtinSchema(gvkOf(object)) as Schema, object);
}

/** What a plan is told when `after` is applied over `before`, by the refusal that the API server gives. */
async function trialOf(before: string, after: string): Promise<Trial | undefined> {
  const [live, object] = [read(before), read(after)];
  const { group, version, kind } = gvkOf(live);
  const ref = { apiVersion: live.apiVersion ?? '', kind, name: 'a', namespace: 'ns' };
  const resource: Resource = { group, version, kind, plural: `${kind.toLowerCase()}s`, namespaced: true };
  const causes = validateObject(gvkOf(object), object, live);
  const client = {
    get: async () => live,
    apply: async () => {
      if (causes.length === 0) return object;
      throw statusError('Invalid', 'it is invalid', { causes });
    },
  } as unknown as KubeClient;
  const desired: Desired = { ref, resource, object, app: 'app', origin: { file: 'a.yaml' }, stage: 0 };
  const { observed } = await observe(client, [desired], [], new AbortController().signal);
  return observed.get(refKey(ref))?.trial;
}

const workload = (kind: string, label: string) =>
  `{apiVersion: apps/v1, kind: ${kind}, metadata: {name: a}, spec: {selector: {matchLabels: {app: ${label}}}, template: {metadata: {labels: {app: ${label}}}, spec: {containers: [{name: c, image: i}]}}}}`;
const job = (spec: string, { image = 'i', selector = 'app: a' } = {}) =>
  `{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {${spec} manualSelector: true, selector: {matchLabels: {${selector}}}, template: {metadata: {labels: {app: a, b: c}}, spec: {restartPolicy: Never, containers: [{name: c, image: ${image}}]}}}}`;
const config = (kind: string, rest: string) =>
  `{apiVersion: v1, kind: ${kind}, metadata: {name: a}, ${rest}}`;
const service = (address: string) =>
  `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: ${address}, clusterIPs: [${address}], selector: {app: a}, ports: [{port: 80}]}}`;
const pod = (command: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: i, command: [${command}]}]}}`;
const binding = (kind: string, role: string) =>
  `{apiVersion: rbac.authorization.k8s.io/v1, kind: ${kind}, metadata: {name: a}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${role}}}`;

/** `kind field` of the table → the object before and after. */
const ROWS: Readonly<Record<string, readonly [before: string, after: string]>> = {
  'apps/Deployment spec.selector': [workload('Deployment', 'a'), workload('Deployment', 'b')],
  'apps/DaemonSet spec.selector': [workload('DaemonSet', 'a'), workload('DaemonSet', 'b')],
  'apps/ReplicaSet spec.selector': [workload('ReplicaSet', 'a'), workload('ReplicaSet', 'b')],
  'batch/Job spec.template': [job(''), job('', { image: 'j' })],
  'batch/Job spec.selector': [job(''), job('', { selector: 'app: a, b: c' })],
  'batch/Job spec.completions': [job('completions: 1,'), job('completions: 2,')],
  'batch/Job spec.completionMode': [
    job('completions: 1, completionMode: NonIndexed,'),
    job('completions: 1, completionMode: Indexed,'),
  ],
  '/ConfigMap data': [
    config('ConfigMap', 'immutable: true, data: {a: b}'),
    config('ConfigMap', 'immutable: true, data: {a: c}'),
  ],
  '/ConfigMap binaryData': [
    config('ConfigMap', 'immutable: true, binaryData: {a: YQ==}'),
    config('ConfigMap', 'immutable: true, binaryData: {a: Yg==}'),
  ],
  '/ConfigMap immutable': [
    config('ConfigMap', 'immutable: true, data: {a: b}'),
    config('ConfigMap', 'data: {a: b}'),
  ],
  '/Secret data': [
    config('Secret', 'immutable: true, data: {a: YQ==}'),
    config('Secret', 'immutable: true, data: {a: Yg==}'),
  ],
  '/Secret type': [config('Secret', 'type: Opaque'), config('Secret', 'type: example.com/other')],
  '/Secret immutable': [
    config('Secret', 'immutable: true, data: {a: YQ==}'),
    config('Secret', 'data: {a: YQ==}'),
  ],
  '/Service spec.clusterIPs': [service('127.200.0.9'), service('None')],
  '/Pod spec': [pod('a'), pod('b')],
  'rbac.authorization.k8s.io/RoleBinding roleRef': [binding('RoleBinding', 'a'), binding('RoleBinding', 'b')],
  'rbac.authorization.k8s.io/ClusterRoleBinding roleRef': [
    binding('ClusterRoleBinding', 'a'),
    binding('ClusterRoleBinding', 'b'),
  ],
};

describe('an immutable field of the table', () => {
  const listed = BUILTIN_KINDS.flatMap(({ resource, recreatable: fields = [] }) =>
    fields.map((field) => `${resource.group}/${resource.kind} ${field}`),
  );

  it('has a case below, each', () => expect(Object.keys(ROWS)).to.have.members(listed));

  for (const [row, [before, after]] of Object.entries(ROWS)) {
    it(`${row} is changed by making the object anew, by the refusal of the API server`, async () => {
      const trial = await trialOf(before, after);
      if (trial?.outcome !== 'immutable') throw new Error(`it is ${trial?.outcome}`);
      expect(recreatable(read(before), trial.fields), trial.fields.join(' ')).to.equal(true);
    });
  }

  it('is no reason to delete what would be refused once more for something else', async () => {
    const after = workload('Deployment', 'b').replace('labels: {app: b}', 'labels: {app: other}');
    expect((await trialOf(workload('Deployment', 'a'), after))?.outcome).to.equal('rejected');
  });

  it('is told from one whose name only begins alike', () => {
    expect(recreatable(read(service('None')), ['spec.clusterIPsFrom'])).to.equal(false);
  });
});

describe('an object that would be deleted and made anew', () => {
  const step = (kind: string, apiVersion: string): Step => ({
    ref: { apiVersion, kind, name: 'web', namespace: 'ns' },
    resource: undefined,
    app: 'app',
    stage: 0,
    action: 'recreate',
    object: { apiVersion, kind, metadata: { name: 'web' } },
    live: { apiVersion, kind, metadata: { name: 'web' } },
    reason: 'spec.selector cannot be changed in place',
  });
  const refusals = (type: string, confirmedRecreate = false) =>
    recreateRefusal([step(type.split(' ')[1] ?? '', type.split(' ')[0] ?? '')], {
      confirmedRecreate,
      environment: 'shop/dev',
    });

  it('waits for a word where its pods serve, and says which', () => {
    const [problem] = refusals('apps/v1 Deployment');
    expect(problem?.message).to.contain('an outage as long as that takes');
    expect(problem?.remedy).to.contain('pilotage sync shop/dev --confirm-recreate');
    expect(refusals('apps/v1 Deployment', true)).to.deep.equal([]);
  });

  it('waits for nobody where nothing of it serves', () => {
    const types = ['ConfigMap', 'Secret', 'Service'].map((kind) => `v1 ${kind}`);
    for (const type of [...types, 'batch/v1 Job', 'rbac.authorization.k8s.io/v1 RoleBinding']) {
      expect(refusals(type), type).to.deep.equal([]);
    }
  });
});
