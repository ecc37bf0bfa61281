import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lockSlice, nodePortsOf, type OpenedInstance, openInstance } from '../../src/model/instance.ts';

describe('the addresses of several Pilotages on one machine', () => {
  let root: string;
  const opened: OpenedInstance[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'pilotage-instance-'));
  });
  afterEach(async () => {
    for (const { release } of opened.splice(0)) release?.();
    await rm(root, { recursive: true, force: true });
  });

  /** As a daemon does, with the same luck every time: all want the same slice. */
  async function open(name: string, ephemeral = false): Promise<OpenedInstance> {
    const dataDir = join(root, name);
    await mkdir(dataDir, { recursive: true });
    const one = await openInstance({ dataDir, hostname: 'here', ephemeral, random: () => 40 });
    opened.push(one);
    return one;
  }

  it('differ, even when all draw the same', async () => {
    const all = await Promise.all([open('a'), open('b'), open('c')]);
    expect(new Set(all.map(({ instance }) => instance.podCidr)).size).to.equal(3);
    expect(new Set(all.map(({ instance }) => instance.serviceCidr)).size).to.equal(3);
    expect(all.every(({ release }) => release !== undefined)).to.equal(true);
  });

  it('stay taken while only the agent of one lives', async () => {
    const first = await open('a');
    const agent = await lockSlice(first.instance.podCidr, 'agent');
    first.release?.();
    const second = await open('b');
    agent?.();
    expect(second.instance.podCidr).to.not.equal(first.instance.podCidr);
  });

  it('are never those of one that lasts when the other is ephemeral, so a demo takes nothing from one that is down', async () => {
    const lasting = await open('lasting');
    lasting.release?.();
    const demo = await open('demo', true);
    expect(demo.instance.podCidr).to.not.equal(lasting.instance.podCidr);
  });

  it('are kept across restarts, and that somebody else holds them is seen', async () => {
    const first = await open('a');
    first.release?.();
    const again = await open('a');
    expect(again.instance).to.deep.equal(first.instance);
    expect(again.release).to.be.a('function');
    expect((await open('a')).release).to.equal(undefined);
  });

  it('go with node ports that no other slice gives out first', () => {
    const ranges = Array.from({ length: 126 }, (_, i) => nodePortsOf(`127.${i + 1}.0.0/16`).own);
    expect(ranges[0]?.first).to.equal(30_000);
    expect(ranges.at(-1)?.last).to.be.at.most(32_767);
    for (const [i, { first }] of ranges.entries()) {
      if (i > 0) expect(first).to.be.above(ranges[i - 1]?.last ?? 0);
    }
  });
});
