import { expect } from 'chai';
import { ulimitsFor } from '../../../../../src/orchestrator/node/runtime/container/ulimits.ts';

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            1024                 20000                files
`;

describe('limits of containers of Podman', () => {
  it('are those that this program may give where it may not raise them', () => {
    const status = 'CapEff:\t000001fffeffffff\n';
    expect(ulimitsFor({ limits, status, mostProcesses: 32_768 })).to.deep.equal([
      { Name: 'nofile', Soft: 20_000, Hard: 20_000 },
      { Name: 'nproc', Soft: 32_768, Hard: 32_768 },
    ]);
  });

  it('are left to Podman where it may raise them', () => {
    const status = 'CapEff:\t000001ffffffffff\n';
    expect(ulimitsFor({ limits, status, mostProcesses: 32_768 })).to.deep.equal([]);
  });

  it('are left out where there is none', () => {
    const none = limits.replaceAll(/Max open files.*/g, 'Max open files   unlimited   unlimited   files');
    const names = ulimitsFor({ limits: none, status: '', mostProcesses: 100 }).map(({ Name }) => Name);
    expect(names).to.deep.equal(['nproc']);
  });
});
