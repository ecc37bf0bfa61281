import { expect } from 'chai';
import { mayReach } from '../../../../src/orchestrator/network/relay/reach.ts';

const around = {
  node: { processes: '127.72.0.0/16', services: '127.200.0.0/16' },
  containers: {
    pods: '10.4.0.0/16',
    relay: '10.4.255.254',
    processes: '10.6.0.0/16',
    services: '10.7.0.0/16',
  },
  podOf: (uid: string) => (uid === 'host-pod' ? { namespace: 'shop', address: '127.0.0.1' } : undefined),
};
const of = (namespace: string, service: string, portName = '') =>
  ({ type: 'route', namespace, service, portName }) as const;

describe('where a client in a container gets by a Service', () => {
  const reaches = (host: string, podUid = '', behind = of('shop', 'web')) =>
    mayReach({ host, port: 80, podUid }, behind, around);

  it('is to pods, and to whatever is outside of the node', () => {
    for (const host of ['10.4.0.7', '127.72.3.4', '192.0.2.1', '2001:db8::1'])
      expect(reaches(host), host).to.equal(true);
  });

  it('is not to what only the node reaches, however that is written', () => {
    for (const host of [
      '127.0.0.1',
      '127.200.0.9',
      '127.73.0.1',
      '0.0.0.0',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      'localhost',
    ])
      expect(reaches(host), host).to.equal(false);
  });

  it('is to the API, by its own Service', () => {
    expect(reaches('127.0.0.1', '', of('default', 'kubernetes', 'https'))).to.equal(true);
    expect(reaches('127.0.0.1', '', of('shop', 'kubernetes', 'https'))).to.equal(false);
  });

  it('is to a pod of the network of the node, by a Service of its own namespace', () => {
    expect(reaches('127.0.0.1', 'host-pod')).to.equal(true);
    expect(reaches('127.0.0.2', 'host-pod')).to.equal(false);
    expect(reaches('127.0.0.1', 'host-pod', of('other', 'web'))).to.equal(false);
  });

  it('is not to another Service, which could lead back', () => {
    for (const host of ['10.7.0.9', '10.6.0.9', '10.4.255.254']) expect(reaches(host), host).to.equal(false);
  });
});
