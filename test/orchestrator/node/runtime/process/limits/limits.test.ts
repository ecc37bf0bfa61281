import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../../../src/base/log.ts';
import type { Hierarchies } from '../../../../../../src/orchestrator/node/runtime/process/limits/hierarchies.ts';
import {
  createLimits,
  release,
  within,
} from '../../../../../../src/orchestrator/node/runtime/process/limits/limits.ts';
import { scratch } from '../../../helpers.ts';

const REF = { pod: 'uid', container: 'main', attempt: 3 };
const GROUP = 'pilotage-1/uid_main_3';
const RESOURCES = { requests: { cpuMillis: 100 }, limits: { cpuMillis: 200, memoryBytes: 4096 } };

describe('limits of a process', () => {
  const place = scratch();
  after(() => place.dispose());

  /** Files of a control group are there once it is: here they are before. */
  function machine(name: string, files: Readonly<Record<string, string>>) {
    const at = (path: string) => join(place.path, name, path);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text);
    }
    const hold = (hierarchies: Hierarchies | undefined, resources = RESOURCES) =>
      createLimits({ name: 'pilotage-1', hierarchies, logger: silentLogger }).hold(REF, resources);
    const sweep = (hierarchies: Hierarchies, recorded: readonly string[]) =>
      createLimits({ name: 'pilotage-1', hierarchies, logger: silentLogger }).sweep(() => new Set(recorded));
    return { at, hold, sweep, read: (path: string) => readFileSync(at(path), 'utf8') };
  }

  it('are written to the groups of both controllers in version 1', () => {
    const { at, hold, read } = machine('v1', {
      [`cpu/${GROUP}/cpu.shares`]: '1',
      [`cpu/${GROUP}/cpu.cfs_period_us`]: '1',
      [`cpu/${GROUP}/cpu.cfs_quota_us`]: '-1',
      [`memory/${GROUP}/memory.limit_in_bytes`]: 'max',
    });
    expect(hold({ version: 1, cpu: at('cpu'), memory: at('memory') })).to.deep.equal({
      limits: {
        groups: [at(`cpu/${GROUP}`), at(`memory/${GROUP}`)],
        oomCounter: at(`memory/${GROUP}/memory.oom_control`),
      },
      unsupported: [],
    });
    expect(read(`cpu/${GROUP}/cpu.shares`)).to.equal('102');
    expect(read(`memory/${GROUP}/memory.limit_in_bytes`)).to.equal('4096');
    // The kernel counts no swap here, and nothing is written in its place.
    expect(existsSync(at(`memory/${GROUP}/memory.memsw.limit_in_bytes`))).to.equal(false);
  });

  it('are written to one group in version 2, whose controllers are enabled first', () => {
    const { at, hold, read } = machine('v2', {
      'cgroup.subtree_control': 'pids',
      'pilotage-1/cgroup.subtree_control': '',
      [`${GROUP}/cpu.weight`]: '1',
      [`${GROUP}/cpu.max`]: 'max',
      [`${GROUP}/memory.max`]: 'max',
    });
    expect(hold({ version: 2, unified: at('.') }).limits?.groups).to.deep.equal([at(GROUP)]);
    expect(read('cgroup.subtree_control')).to.equal('+cpu +memory');
    expect(read('pilotage-1/cgroup.subtree_control')).to.equal('+cpu +memory');
    expect(read(`${GROUP}/cpu.max`)).to.equal('20000 100000');
  });

  it('need no group for who asks for nothing', () => {
    const { at, hold } = machine('idle', {});
    const nothing = { requests: {}, limits: {} } as typeof RESOURCES;
    expect(hold({ version: 2, unified: at('.') }, nothing)).to.deep.equal({ unsupported: [] });
  });

  it('are rlimits where no group can be made, and say which of them hold how', () => {
    const { at, hold } = machine('none', {});
    const { limits, unsupported } = hold({ version: 1, cpu: at('cpu'), memory: at('memory') });
    expect(limits).to.deep.equal({ groups: [], dataBytes: 4096 });
    expect(unsupported[0]).to.match(/^resources\.limits\.cpu is not enforced: .*ENOENT/);
    expect(unsupported[1]).to.match(/^resources\.limits\.memory bounds .* by itself \(RLIMIT_DATA\)/);
    expect(hold(undefined).unsupported[0]).to.contain('no controllers for processor time and memory');
  });

  it('leave no group behind that could not be set up whole', () => {
    const { at, hold } = machine('half', { 'cpu/x': '', 'memory/x': '' });
    expect(hold({ version: 1, cpu: at('cpu'), memory: at('memory') }).unsupported).to.have.length(2);
    expect(existsSync(at('cpu/pilotage-1'))).to.equal(false);
    expect(existsSync(at('memory/pilotage-1'))).to.equal(false);
  });

  it('are given back with the group of all once nobody else is in it, any number of times', () => {
    const { at } = machine('release', {});
    const [one, two] = [at('pilotage-1/a_main_0'), at('pilotage-1/b_main_0')];
    for (const group of [one, two]) mkdirSync(group, { recursive: true });
    expect(release([one])).to.equal(true);
    expect(existsSync(two)).to.equal(true);
    expect(release([one, two])).to.equal(true);
    expect(existsSync(at('pilotage-1'))).to.equal(false);
  });

  it('of an agent that ended before it had recorded them are removed, but those with something in them', () => {
    const { at, sweep } = machine('swept', { 'memory/pilotage-1/busy_main_0/cgroup.procs': '' });
    const groups = [
      'cpu/pilotage-1/recorded_main_0',
      'cpu/pilotage-1/lost_main_0',
      'memory/pilotage-1/lost_main_0',
    ];
    for (const group of groups) mkdirSync(at(group), { recursive: true });
    const v1: Hierarchies = { version: 1, cpu: at('cpu'), memory: at('memory') };
    sweep(v1, [at('cpu/pilotage-1/recorded_main_0')]);
    const left = (top: string) => readdirSync(at(top));
    expect(left('cpu/pilotage-1')).to.deep.equal(['recorded_main_0']);
    expect(left('memory/pilotage-1')).to.deep.equal(['busy_main_0']);
    sweep({ version: 2, unified: at('nowhere') }, []);
  });

  it('are entered before the program begins', () => {
    expect(within(undefined, ['/bin/true'])).to.deep.equal(['/bin/true']);
    const argv = within({ groups: ['/a', '/b'], dataBytes: 4097 }, ['/bin/true', '--', 'x']);
    expect(argv.slice(4)).to.deep.equal(['group:/a', 'group:/b', 'data:5', '--', '/bin/true', '--', 'x']);
  });
});
