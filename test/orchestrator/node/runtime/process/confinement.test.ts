import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { reachOf, summaryOf } from '../../../../../src/base/confinement.ts';
import {
  confined,
  environmentFile,
  PLAIN_ENVIRONMENT,
  viewWords,
} from '../../../../../src/orchestrator/node/runtime/process/confinement/command.ts';
import { sandboxOf } from '../../../../../src/orchestrator/node/runtime/process/confinement/confinement.ts';
import {
  decideConfinement,
  type MachineFacts,
} from '../../../../../src/orchestrator/node/runtime/process/confinement/decide.ts';
import { programsOf } from '../../../../../src/orchestrator/node/runtime/process/confinement/probe.ts';
import {
  buildUids,
  openUids,
  podUids,
} from '../../../../../src/orchestrator/node/runtime/process/confinement/uids.ts';
import { scratch } from '../../helpers.ts';

describe('confinement', () => {
  const place = scratch();
  after(() => place.dispose());
  const root: MachineFacts = {
    uid: 0,
    gid: 0,
    maxUid: 2 ** 32 - 2,
    canSwitchUser: true,
    canBindLowPorts: true,
    canMount: true,
    namespaces: 'root needs none',
    networks: true,
    dataDir: '/var/lib/pilotage',
    programs: {},
    powers: [],
  };
  const ann: MachineFacts = {
    ...root,
    uid: 1000,
    gid: 1000,
    canSwitchUser: false,
    canMount: false,
    namespaces: true,
    dataDir: '/home/ann/.local/share/pilotage',
    home: '/home/ann',
    programs: { '/home/ann': ['.nvm/versions/node/v20'] },
    powers: ['/run/docker.sock', '/home/ann/.kube/config'],
  };

  it('of root: users of their own, from a range that is this Pilotage’s, and a covered data directory', () => {
    const [a, b] = [decideConfinement(root, 1), decideConfinement(root, 2)];
    if (a.type !== 'uid' || b.type !== 'uid') throw new Error('not by uid');
    expect(b.uids.first).to.equal(a.uids.first + a.uids.count);
    expect(a.covers).to.deep.equal([{ path: '/var/lib/pilotage', show: [] }]);
  });

  it('of root whose data directory lies where nobody else gets to: all of that place is covered', () => {
    const facts = { ...root, dataDir: '/root/data', barrier: '/root', programs: { '/root': ['.nvm/v20'] } };
    const decided = decideConfinement(facts, 1);
    expect(decided).to.deep.include({ covers: [{ path: '/root', show: ['.nvm/v20'] }] });
  });

  it('of root who may not mount: by users alone where everybody gets to the data directory, else not at all, and why', () => {
    const plain = { ...root, canMount: false };
    expect(decideConfinement(plain, 1)).to.include({ type: 'uid' }).and.not.have.property('covers');
    const none = decideConfinement({ ...plain, barrier: '/root' }, 1);
    expect(summaryOf(none).message).to.contain('/root').and.contain('--data-dir');
  });

  it('of root in a container that knows few users: one for all', () => {
    expect(decideConfinement({ ...root, maxUid: 65_535 }, 1)).to.deep.include({
      uids: { first: 65_534, count: 1 },
    });
  });

  it('of anybody else: namespaces that cover the home with the data directory, and what gives power elsewhere', () => {
    expect(decideConfinement(ann, 1)).to.deep.equal({
      type: 'namespace',
      uid: 1000,
      gid: 1000,
      buildNetwork: { type: 'own' },
      covers: [{ path: '/home/ann', show: ['.nvm/versions/node/v20'] }],
      blanks: ['/run/docker.sock'],
    });
    expect(decideConfinement({ ...ann, dataDir: '/srv/data' }, 1)).to.deep.include({
      covers: [
        { path: '/home/ann', show: ['.nvm/versions/node/v20'] },
        { path: '/srv/data', show: [] },
      ],
    });
  });

  it('where nothing is possible says what pods can read, and what stands in the way', () => {
    const none = decideConfinement({ ...ann, namespaces: 'unshare failed: Operation not permitted' }, 1);
    expect(none.type).to.equal('none');
    expect(summaryOf(none).message).to.contain('token').and.contain('Operation not permitted');
    expect(sandboxOf(none, () => 1, { readOnly: [], writable: [] })).to.deep.equal({ type: 'none' });
  });

  it('says in one line what builds reach, and what stands in the way of less', () => {
    const shared = { ...root, networks: 'ip: not found' };
    for (const facts of [root, ann])
      expect(reachOf(decideConfinement(facts, 1))).to.contain('--allow-registry');
    expect(reachOf(decideConfinement(shared, 1)))
      .to.contain('whatever this machine')
      .and.contain('ip: not found');
    expect(reachOf({ type: 'none', reason: 'no setpriv' })).to.contain('no setpriv');
  });

  it('shows below each cover what lies in it, and nothing of what lies elsewhere', () => {
    const words = viewWords({
      covers: [
        { path: '/a', show: ['tools'] },
        { path: '/b', show: [] },
      ],
      blanks: ['/run/docker.sock'],
      readOnly: ['/a/images/1', '/images/2'],
      writable: ['/b/pod'],
    });
    expect(words).to.deep.equal([
      ...['blank:/run/docker.sock', 'cover:/a', 'ro:tools', 'ro:images/1', 'cover:/b', 'rw:pod'],
    ]);
  });

  it('shows whole installations of the programs of PATH, but never a whole home', () => {
    const home = (dir: string) => (dir.startsWith(place.path) ? place.path : undefined);
    const dirs = ['bin', '.local/bin', '.nvm/v20/bin'].map((name) => join(place.path, name));
    for (const dir of dirs) spawnSync('mkdir', ['-p', dir]);
    expect(programsOf(['/usr/bin', ...dirs, `${place.path}/absent/bin`].join(':'), home)).to.deep.equal({
      [place.path]: ['bin', '.local/bin', '.nvm/v20'],
    });
  });

  it('hands a program its variables as they are, and none to the tools that confine it', () => {
    const env = {
      QUOTED: `it's "$HOME" \`id\` \\n`,
      LINES: 'a\nb\n',
      LD_PRELOAD: '',
      'no.name': '1',
      UID: '7',
    };
    const shown = spawnSync(
      '/bin/sh',
      ['-c', `${environmentFile(env)}printf '%s|%s|%s' "$QUOTED" "$LINES" "\${LD_PRELOAD-unset}"`],
      {
        encoding: 'utf8',
      },
    );
    expect(shown.stdout).to.equal(`${env.QUOTED}|${env.LINES}|`);
    const argv = confined(
      { type: 'uid', uid: 1, lowPorts: false },
      { cwd: '/', envFile: '/e', argv: ['/bin/true'] },
    );
    expect(argv.join(' ')).not.to.contain('QUOTED');
    expect(Object.keys(PLAIN_ENVIRONMENT)).to.deep.equal(['PATH']);
  });

  it('gives each name a user of its own, remembers it, and says when there is none left', () => {
    const file = join(place.path, 'users.json');
    const range = { first: 1000, count: 4 };
    const [dev, prod] = ['dev', 'prod'].map(openUids(file, podUids(range)));
    expect([dev, prod]).to.deep.equal([1000, 1001]);
    const again = openUids(file, podUids(range));
    expect([again('prod'), again('dev')]).to.deep.equal([1001, 1000]);
    expect(() => again('third')).to.throw(/taken/);
    expect(openUids(join(place.path, 'other.json'), buildUids(range))('shop')).to.equal(1002);
  });
});
