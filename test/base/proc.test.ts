import { expect } from 'chai';
import {
  allProcesses,
  childrenOf,
  commandNameOf,
  environmentOf,
  isInheritable,
  openFileLimit,
  ownDescriptors,
  readBootId,
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
});
