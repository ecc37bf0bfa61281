import { expect } from 'chai';
import type { KubeObject, Resource } from '../../../src/kube/values/types.ts';
import { ANNOTATIONS } from '../../../src/model/annotations.ts';
import type { InventoryEntry } from '../../../src/model/types.ts';
import { isEmptyPlan, planOf } from '../../../src/sync/plan/plan.ts';
import { refKey } from '../../../src/sync/plan/refkey.ts';
import { trackingOf } from '../../../src/sync/plan/tracking.ts';
import type { Desired, Observation, Trial } from '../../../src/sync/plan/types.ts';

const OWNER = { instance: 'i1', delivery: 'shop', environment: 'dev' };
const ROWS: Readonly<Record<string, Resource>> = {
  ConfigMap: { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced: true },
  PersistentVolumeClaim: {
    group: '',
    version: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    namespaced: true,
  },
};

function object(kind: string, name: string, marks: Record<string, string>, rest: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, namespace: 'ns', uid: `uid-${name}`, annotations: marks },
    ...rest,
  };
}

const OURS = { [ANNOTATIONS.tracking]: trackingOf(OWNER, 'app') };
const ref = (kind: string, name: string) => ({ apiVersion: 'v1', kind, namespace: 'ns', name });

const MARKS: Readonly<Record<string, Record<string, string>>> = {
  ours: OURS,
  unowned: {},
  heir: { [ANNOTATIONS.tracking]: 'i1/shop/gone/app' },
  sibling: { [ANNOTATIONS.tracking]: 'i1/shop/prod/app' },
  stranger: { [ANNOTATIONS.tracking]: 'i2/shop/dev/app' },
  helm: { 'meta.helm.sh/release-name': 'web' },
  kapp: { 'kapp.k14s.io/app': 'web' },
  kept: { ...OURS, [ANNOTATIONS.prune]: 'keep' },
  says: { [ANNOTATIONS.adopt]: 'true' },
};

const TRIALS: Readonly<Record<string, Trial | undefined>> = {
  same: { outcome: 'same' },
  differs: { outcome: 'differs', after: object('ConfigMap', 'a', OURS, { data: { k: 'new' } }) },
  taken: { outcome: 'conflict', conflicts: [{ manager: 'kubectl', field: '.data.k' }] },
  held: { outcome: 'conflict', conflicts: [{ manager: 'kubectl', field: '.data.other' }] },
  immutable: { outcome: 'immutable', fields: ['data'], message: 'field is immutable' },
  fixed: { outcome: 'immutable', fields: ['metadata.name'], message: 'field is immutable' },
  rejected: { outcome: 'rejected', message: 'not valid' },
  untried: undefined,
};

/** Scene → plan: `ours/same` is a desired object that is live with our mark and whose trial says same; `-ours` one that git dropped. */
function plan(
  scenes: readonly string[],
  options: {
    previous?: boolean;
    confirmed?: boolean;
    adopted?: boolean;
    unlisted?: boolean;
    kind?: string;
  } = {},
) {
  const kind = options.kind ?? 'ConfigMap';
  const desired: Desired[] = [];
  const inventory: InventoryEntry[] = [];
  const observed = new Map<string, Observation>();
  const previous = new Map<string, { object: KubeObject }>();
  for (const [i, scene] of scenes.entries()) {
    const name = `${kind.toLowerCase()}-${i}`;
    const at = ref(kind, name);
    const dropped = scene.startsWith('-');
    const [marks = '', trial = ''] = scene.replace('-', '').split('/');
    const live =
      marks === 'absent' ? undefined : object(kind, name, MARKS[marks] ?? {}, { data: { k: 'live' } });
    const intent = object(kind, name, OURS, { data: { k: 'new' } });
    if (dropped) inventory.push({ ...at, app: 'app' });
    else {
      const resource = ROWS[kind] as Resource;
      desired.push({
        ref: at,
        resource,
        object: intent,
        app: 'app',
        origin: { file: 'a.yaml', line: i + 1 },
        stage: 0,
      });
      inventory.push({ ...at, app: 'app' });
    }
    const answer = TRIALS[trial];
    observed.set(refKey(at), { ...(live ? { live } : {}), ...(answer ? { trial: answer } : {}) });
    if (options.previous) previous.set(refKey(at), { object: intent });
  }
  return planOf({
    desired,
    inventory,
    observed,
    previous,
    owner: OWNER,
    resourceOf: (one) => (options.unlisted ? undefined : ROWS[one.kind]),
    environments: new Set(['shop/dev', 'shop/prod']),
    adopted: new Set(options.adopted ? scenes.map((_, i) => `uid-${kind.toLowerCase()}-${i}`) : []),
    confirmedPrune: options.confirmed ?? false,
    confirmedRecreate: options.confirmed ?? false,
    environment: 'shop/dev',
  });
}

const actions = (...args: Parameters<typeof plan>) => plan(...args).steps.map(({ action }) => action);

describe('the plan', () => {
  const decisions: readonly [why: string, scene: string, action: string][] = [
    ['creates what is not there', 'absent/differs', 'create'],
    ['creates what could not be tried because its namespace is not there yet', 'absent/untried', 'create'],
    ['leaves alone what agrees', 'ours/same', 'unchanged'],
    ['updates what differs', 'ours/differs', 'update'],
    ['refuses a field that another manager holds', 'ours/held', 'conflict'],
    ['recreates for an immutable field of its table', 'ours/immutable', 'recreate'],
    ['refuses any other immutable field', 'ours/fixed', 'invalid'],
    ['refuses what the server rejects', 'absent/rejected', 'invalid'],
    ['waits for a word before it takes over what it did not make', 'unowned/differs', 'adopt'],
    ['waits for a word although the object says that it may be taken', 'says/differs', 'adopt'],
    [
      'waits for a word before it takes over what an environment that is gone left behind',
      'heir/same',
      'adopt',
    ],
    ['never takes what another environment owns', 'sibling/same', 'conflict'],
    ['never takes what another Pilotage owns', 'stranger/same', 'conflict'],
    ['waits for a word before it takes over what Helm, Argo CD or Flux has', 'helm/same', 'adopt'],
    ['never takes what any other tool owns', 'kapp/same', 'conflict'],
  ];
  for (const [why, scene, action] of decisions) {
    it(why, () => expect(actions([scene])).to.deep.equal([action]));
  }

  it('takes over what a person agreed to, and not what another live environment or another tool owns', () => {
    expect(
      actions(['unowned/taken', 'heir/differs', 'helm/same', 'sibling/same', 'kapp/same'], { adopted: true }),
    ).to.deep.equal(['update', 'update', 'update', 'conflict', 'conflict']);
  });

  it('keeps in the inventory what git dropped and whose kind the cluster does not list', () => {
    expect(actions(['ours/same', '-absent'], { unlisted: true })).to.deep.equal(['unchanged', 'keep']);
  });

  it('prunes what git dropped, if it is ours', () => {
    expect(actions(['ours/same', 'ours/same', '-ours'])).to.deep.equal(['unchanged', 'unchanged', 'prune']);
  });

  it('forgets what is gone, or is not ours any more', () => {
    expect(actions(['ours/same', '-absent', '-sibling', '-unowned'])).to.deep.equal([
      'unchanged',
      'forget',
      'forget',
      'forget',
    ]);
  });

  it('keeps what asks to be kept, and kinds that hold data', () => {
    expect(actions(['ours/same', '-kept'])).to.deep.equal(['unchanged', 'keep']);
    expect(actions(['ours/same', '-ours'], { kind: 'PersistentVolumeClaim' })).to.deep.equal([
      'unchanged',
      'keep',
    ]);
  });

  it('takes back by force exactly the fields that were ours at the last apply', () => {
    const [step] = plan(['ours/taken'], { previous: true }).steps;
    expect(step).to.include({ action: 'update', cause: 'drift', force: true });
    expect(actions(['ours/held'], { previous: true })).to.deep.equal(['conflict']);
    expect(actions(['ours/taken'])).to.deep.equal(['conflict']);
  });

  it('calls a deleted object that should be there drift', () => {
    expect(plan(['absent/differs'], { previous: true }).steps[0]).to.include({
      action: 'create',
      cause: 'drift',
    });
  });

  it('says who holds which field', () => {
    expect(plan(['ours/held']).blocked[0]?.message).to.equal(
      'ConfigMap ns/configmap-0: .data.other is held by kubectl',
    );
    expect(plan(['helm/same']).blocked[0]?.message).to.match(/belongs to Helm Release web/);
  });

  it('names file and line of what is refused', () => {
    expect(plan(['absent/rejected']).blocked[0]?.place).to.deep.equal({ file: 'a.yaml', line: 1 });
  });

  it('writes nothing when anything is refused', () => {
    const refused = plan(['absent/differs', 'unowned/differs']);
    expect(refused.blocked).to.have.length(1);
    expect(isEmptyPlan(refused)).to.equal(false);
  });

  it('asks before it prunes more than half', () => {
    const scenes = ['ours/same', '-ours', '-ours'];
    expect(plan(scenes).blocked[0]?.reason).to.equal('PruneNotConfirmed');
    expect(plan(scenes).blocked[0]?.remedy).to.match(/shop\/dev --confirm-prune/);
    expect(plan(scenes, { confirmed: true }).blocked).to.deep.equal([]);
    expect(plan(['ours/same', '-ours']).blocked).to.deep.equal([]);
  });

  it('prunes nothing when nothing is rendered, confirmed or not', () => {
    expect(plan(['-ours', '-ours'], { confirmed: true }).blocked[0]?.reason).to.equal('EmptyRender');
  });

  it('prunes after everything else', () => {
    const { steps } = plan(['absent/differs', 'ours/same', '-ours']);
    expect(steps.at(-1)?.stage).to.be.greaterThan(steps[0]?.stage ?? 0);
  });

  it('is empty when everything agrees', () => {
    expect(isEmptyPlan(plan(['ours/same', '-kept']))).to.equal(true);
  });

  it('has one step for each object, whatever is the case', () => {
    const all = Object.keys(MARKS).flatMap((mark) => Object.keys(TRIALS).map((trial) => `${mark}/${trial}`));
    const dropped = [...Object.keys(MARKS), 'absent'].map((mark) => `-${mark}`);
    for (const scenes of [all, [...all, ...dropped]])
      expect(plan(scenes).steps).to.have.length(scenes.length);
  });
});
