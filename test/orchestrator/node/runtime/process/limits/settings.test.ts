import { expect } from 'chai';
import { settingsFor } from '../../../../../../src/orchestrator/node/runtime/process/limits/settings.ts';

const written = (version: 1 | 2, resources: Parameters<typeof settingsFor>[1]) =>
  settingsFor(version, resources).map(({ file, value }) => `${file}: ${value}`);

describe('requests and limits in the files of a control group', () => {
  const both = {
    requests: { cpuMillis: 250, memoryBytes: 1024 },
    limits: { cpuMillis: 500, memoryBytes: 2 ** 26 },
  };

  it('are shares, a quota and bounds of memory with its swap in version 1', () => {
    expect(written(1, both)).to.deep.equal([
      'cpu.shares: 256',
      'cpu.cfs_period_us: 100000',
      'cpu.cfs_quota_us: 50000',
      'memory.limit_in_bytes: 67108864',
      'memory.memsw.limit_in_bytes: 67108864',
    ]);
  });

  it('are a weight, a quota and memory without swap, whose group ends as a whole, in version 2', () => {
    expect(written(2, both)).to.deep.equal([
      'cpu.weight: 10',
      'cpu.max: 50000 100000',
      'memory.max: 67108864',
      'memory.swap.max: 0',
      'memory.oom.group: 1',
    ]);
  });

  it('give a limit of processor time the weight of a request where there is none', () => {
    expect(written(1, { requests: {}, limits: { cpuMillis: 2000 } })).to.include('cpu.shares: 2048');
  });

  it('are not below what the kernel takes', () => {
    const smallest = { requests: { cpuMillis: 0 }, limits: { cpuMillis: 1 } };
    expect(written(1, smallest)).to.deep.equal([
      'cpu.shares: 2',
      'cpu.cfs_period_us: 100000',
      'cpu.cfs_quota_us: 1000',
    ]);
    expect(written(2, smallest)).to.deep.equal(['cpu.weight: 1', 'cpu.max: 1000 100000']);
  });

  it('are nothing for a container that asks for nothing, or for memory alone without a limit', () => {
    expect(written(2, { requests: {}, limits: {} })).to.deep.equal([]);
    expect(written(1, { requests: { memoryBytes: 1024 }, limits: {} })).to.deep.equal([]);
  });
});
