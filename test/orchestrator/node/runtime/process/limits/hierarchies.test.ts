import { expect } from 'chai';
import { findHierarchies } from '../../../../../../src/orchestrator/node/runtime/process/limits/hierarchies.ts';

const V1 = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,nosuid,memory 0 0`;
const UNIFIED = 'cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nosuid 0 0';

describe('control groups of a machine', () => {
  it('are made below that of the agent where the controllers are those of version 1', () => {
    const own = '4:memory:/jobs/1\n1:cpu,cpuacct:/\n0::/user.slice\n';
    expect(findHierarchies(V1, own)).to.deep.equal({
      version: 1,
      cpu: '/sys/fs/cgroup/cpu,cpuacct/',
      memory: '/sys/fs/cgroup/memory/jobs/1',
    });
  });

  it('are those of version 1 where both are mounted', () => {
    expect(findHierarchies(`${UNIFIED}\n${V1}`, '')?.version).to.equal(1);
  });

  it('are made at the root of version 2, where alone processes and groups with controllers may be', () => {
    const mounts = 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0';
    expect(findHierarchies(mounts, '0::/user.slice/session-1.scope')).to.deep.equal({
      version: 2,
      unified: '/sys/fs/cgroup',
    });
  });

  it('are nowhere on a machine that mounts none', () => {
    expect(findHierarchies('proc /proc proc rw 0 0', '')).to.equal(undefined);
  });
});
