import { expect } from 'chai';
import {
  allProcesses,
  childrenOf,
  commandNameOf,
  environmentOf,
  isInheritable,
  loadedLibraries,
  openFileLimit,
  ownDescriptors,
  readBootId,
  routedRanges,
  socketsOf,
  statOf,
} from '../../src/base/proc.ts';

const linux = process.platform === 'linux' ? describe : describe.skip;

linux('what the system says of processes', () => {
  const NOBODY = 2 ** 30;

  it('names the parent, group and memory of this one', () => {
    const stat = statOf(process.pid);
    expect(stat?.parent).to.equal(process.ppid);
    expect(stat?.startTime).to.match(/^\d+$/);
    expect(stat?.memoryBytes).to.be.above(10 << 20);
    expect(allProcesses()).to.include(process.pid);
    expect(childrenOf(process.ppid)).to.include(process.pid);
    expect(commandNameOf(process.pid)).to.match(/\S/);
    expect(environmentOf(process.pid)).to.include(`PATH=${process.env.PATH}`);
  });

  it('is empty for a process that has gone', () => {
    expect(statOf(NOBODY)).to.equal(undefined);
    expect(childrenOf(NOBODY)).to.deep.equal([]);
    expect(environmentOf(NOBODY)).to.deep.equal([]);
    expect(socketsOf(NOBODY)).to.deep.equal(new Map());
  });

  it('knows what this process has open, how much it may, and what a child inherits', () => {
    expect(ownDescriptors()).to.include.members([0, 1, 2]);
    expect(isInheritable(NOBODY)).to.equal(false);
    expect(openFileLimit()).to.be.above(0);
    expect(readBootId()).to.match(/^[0-9a-f-]{36}$/);
  });

  it('knows which libraries this process has loaded, and what loads them', () => {
    const maps = [
      '00400000-00500000 r-xp 00000000 08:01 1   /usr/bin/node',
      '7f00-7f01 r-xp 00000000 08:01 2   /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30',
      '7f02-7f03 r-xp 00000000 08:01 3   /opt/lib/libown.so',
      '7f02-7f03 r--p 00000000 08:01 4   /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
      '7f04-7f05 rw-p 00000000 00:00 0   [stack]',
    ];
    expect(loadedLibraries(maps.join('\n'))).to.deep.equal({
      loader: '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
      folders: ['/usr/lib/x86_64-linux-gnu', '/opt/lib'],
    });
    expect(loadedLibraries(maps[0])).to.equal(undefined);
  });

  it('knows the ranges that this machine has routes to, but the default one', () => {
    const table = [
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
      'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
      'cni0\t0000580A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    ];
    expect(routedRanges(table.join('\n'))).to.deep.equal(['192.0.2.0/24', '10.88.0.0/16']);
  });
});
