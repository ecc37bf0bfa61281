import { expect } from 'chai';
import { qosClass } from '../../../../src/kube/kinds/podspec/qos.ts';

type Amounts = Readonly<Record<string, string>>;

const container = (requests?: Amounts, limits?: Amounts) => ({
  name: 'c',
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
});

describe('the quality of service of a pod', () => {
  const of = (...containers: ReturnType<typeof container>[]) => qosClass({ containers });
  const both = { cpu: '1', memory: '1Gi' };

  it('is BestEffort when nothing that counts is asked for, not even more than zero of it', () => {
    expect(of(container())).to.equal('BestEffort');
    expect(of(container({ cpu: '0', 'example.com/gpu': '1' }))).to.equal('BestEffort');
  });

  it('is Guaranteed when every container has both limits, and asks for as much', () => {
    expect(of(container(both, both))).to.equal('Guaranteed');
    expect(of(container(undefined, both))).to.equal('Guaranteed');
    expect(of(container({ cpu: '1000m', memory: '1024Mi' }, both))).to.equal('Guaranteed');
    expect(of(container(both, both), container(both, both))).to.equal('Guaranteed');
  });

  it('is Burstable for everything between', () => {
    expect(of(container({ cpu: '1' }))).to.equal('Burstable');
    expect(of(container({ cpu: '1', memory: '1Gi' }, { cpu: '2', memory: '1Gi' }))).to.equal('Burstable');
    expect(of(container(both, both), container())).to.equal('Burstable');
    expect(qosClass({ containers: [container(both, both)], initContainers: [container()] })).to.equal(
      'Burstable',
    );
  });
});
