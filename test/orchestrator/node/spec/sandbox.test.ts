import { expect } from 'chai';
import type { Pod } from '../../../../src/kube/kinds/objects.data.ts';
import { sandboxSpecOf } from '../../../../src/orchestrator/node/spec/sandbox.ts';
import { pod } from './notation.ts';

describe('the sandbox that a pod wants', () => {
  const wanted = (spec: Partial<Pod['spec']>) => sandboxSpecOf(pod(spec), '/v');
  const ports = [{ containerPort: 80, hostPort: 8080 }];

  it('has the ports of the node of containers that go on running', () => {
    const found = wanted({
      containers: [
        { name: 'web', ports: [{ ...ports[0], containerPort: 80, protocol: 'UDP', hostIP: '10.0.0.1' }] },
      ],
      initContainers: [
        { name: 'once', ports },
        {
          name: 'sidecar',
          restartPolicy: 'Always',
          ports: [{ containerPort: 1, hostPort: 2 }, { containerPort: 3 }],
        },
      ],
    });
    expect(found.hostPorts).to.deep.equal([
      { hostIP: '10.0.0.1', hostPort: 8080, containerPort: 80, protocol: 'udp' },
      { hostIP: '', hostPort: 2, containerPort: 1, protocol: 'tcp' },
    ]);
  });

  it('has no ports of the node where it shares the network of the node', () =>
    expect(wanted({ hostNetwork: true, containers: [{ name: 'web', ports }] })).to.not.have.property(
      'hostPorts',
    ));

  it('has settings of the kernel by their names with dots, and those alone that harm no other pod', () => {
    const sysctls = [
      { name: 'net/ipv4/tcp_syncookies', value: '1' },
      { name: 'kernel.msgmax', value: '2' },
    ];
    expect(wanted({ securityContext: { sysctls } }).sysctls).to.deep.equal({
      'net.ipv4.tcp_syncookies': '1',
    });
  });

  it('says whose processes and memory its containers see, and that it wants users of its own', () => {
    expect(wanted({ shareProcessNamespace: true }).processes).to.equal('pod');
    expect(wanted({ hostPID: true, hostIPC: true })).to.deep.include({ processes: 'node', hostIpc: true });
    expect(wanted({ hostUsers: false }).ownUsers).to.equal(true);
    for (const name of ['processes', 'hostIpc', 'ownUsers', 'sysctls'])
      expect(wanted({ hostUsers: true })).to.not.have.property(name);
  });
});
