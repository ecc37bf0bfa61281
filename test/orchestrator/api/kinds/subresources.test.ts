import { expect } from 'chai';
import type { RequestVerb } from '../../../../src/orchestrator/api/authorization.ts';
import type { World } from '../../../../src/orchestrator/api/kinds/kind.ts';
import { BINDING } from '../../../../src/orchestrator/api/kinds/podbinding.ts';
import { EVICTION } from '../../../../src/orchestrator/api/kinds/podeviction.ts';
import { LOG } from '../../../../src/orchestrator/api/kinds/podlog.ts';
import { scale } from '../../../../src/orchestrator/api/kinds/scale.ts';
import { SERVED_KINDS } from '../../../../src/orchestrator/api/kinds/servedkinds.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { pod } from '../notation.ts';

const clock = new FakeClock();
// An action looks at the clock; rules about other objects would need the rest.
const world = { clock } as unknown as World;
const at = (now: number) => ({ clock: { now: () => now } }) as unknown as World;

describe('a subresource is a row that carries its behaviour', () => {
  const ALLOWED: Readonly<Record<string, readonly RequestVerb[]>> = {
    view: ['get', 'patch', 'update'],
    action: ['create'],
    connect: ['create', 'delete', 'get', 'patch', 'update'],
  };

  for (const { kind, subresources } of SERVED_KINDS) {
    for (const { type, name, verbs } of subresources) {
      it(`${kind.resource.plural}/${name}: ${type}, with verbs of that`, () => {
        expect(ALLOWED[type]).to.include.members([...verbs]);
      });
    }
  }

  it('reads and writes replicas where a kind keeps them', () => {
    const { read, write } = scale({ specReplicas: '.spec.size', statusReplicas: '.status.size' });
    const ship = { apiVersion: 'x/v1', kind: 'Ship', metadata: { name: 'a' }, spec: { size: 2, sails: 3 } };
    expect(read(ship)).to.deep.include({ kind: 'Scale', spec: { replicas: 2 }, status: { replicas: 0 } });
    const wanted = { ...read(ship), spec: { replicas: 5 } };
    expect(write(ship, wanted)).to.deep.equal({ ...ship, spec: { size: 5, sails: 3 } });
  });

  it('binds a pod to a node and says that it is scheduled', () => {
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: {}, target: { name: 'n1' } };
    const effect = BINDING.act(pod('a'), binding, world);
    expect(effect).to.have.nested.property('object.spec.nodeName', 'n1');
    expect(effect).to.have.nested.property('object.status.conditions[0].type', 'PodScheduled');
    expect(() => BINDING.act(pod('a', { nodeName: 'n2' }), binding, world)).to.throw(
      'pod a is already assigned to node "n2"',
    );
    expect(() => BINDING.act(pod('a'), { ...binding, target: {} }, world)).to.throw('target.name: Required');
    const nowhere = { ...binding, target: { name: '../n1' } };
    expect(() => BINDING.act(pod('a'), nowhere, world)).to.throw('target.name: Invalid value: "../n1"');
    const promised = { ...pod('a'), status: { nominatedNodeName: 'n2' } };
    expect(BINDING.act(promised, binding, world)).to.not.have.nested.property(
      'object.status.nominatedNodeName',
    );
  });

  it('evicts by deleting with the options of the eviction', () => {
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: {},
      deleteOptions: { gracePeriodSeconds: 5 },
    };
    expect(EVICTION.act(pod('a'), eviction, world)).to.deep.include({
      type: 'delete',
      parameters: { gracePeriodSeconds: 5 },
    });
  });

  it('connects to the node of a pod for the log of its only container', () => {
    const { node, request } = LOG.connect(
      pod('a', { nodeName: 'n1' }),
      { sinceSeconds: 60 },
      at(120_000),
      'a',
    );
    expect(node).to.equal('n1');
    expect(request).to.include({ type: 'logs', container: 'main', sinceTime: '1970-01-01T00:01:00Z' });
    expect(() => LOG.connect(pod('a'), {}, at(0), 'a')).to.throw('does not have a host assigned');
  });
});
