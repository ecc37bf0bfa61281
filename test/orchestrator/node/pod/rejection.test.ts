import { expect } from 'chai';
import { rejectionOf } from '../../../../src/orchestrator/node/pod/rejection.ts';
import { pod } from '../spec/notation.ts';

describe('a pod that a node does not run', () => {
  const withSysctl = (name: string) => pod({ securityContext: { sysctls: [{ name, value: '1' }] } });

  it('is one with settings of the kernel that concern others', () => {
    expect(rejectionOf(withSysctl('kernel.msgmax'))).to.deep.equal({
      reason: 'SysctlForbidden',
      message: 'forbidden sysctl: "kernel.msgmax" not allowlisted',
    });
    expect(rejectionOf(withSysctl('net/ipv4/ip_forward'))?.message).to.contain('net/ipv4/ip_forward');
  });

  it('is no other', () => {
    expect(rejectionOf(pod())).to.equal(undefined);
    expect(rejectionOf(withSysctl('net.ipv4.ip_unprivileged_port_start'))).to.equal(undefined);
  });
});
