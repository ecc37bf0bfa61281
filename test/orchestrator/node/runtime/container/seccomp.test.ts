import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { seccompOption } from '../../../../../src/orchestrator/node/runtime/container/seccomp.ts';
import { scratch } from '../../helpers.ts';

describe('the seccomp profile of a container', () => {
  const place = scratch();
  const profiles = join(place.path, 'seccomp');
  const file = join(profiles, 'audit.json');
  before(() => {
    mkdirSync(profiles);
    writeFileSync(file, '{"defaultAction":"SCMP_ACT_LOG"}');
    symlinkSync('/etc/hostname', join(profiles, 'link.json'));
  });
  after(() => place.dispose());
  const option = (engine: 'docker' | 'podman', profile: string) =>
    seccompOption(engine, { profile }, profiles);

  it('is the engine’s own, or none', () => {
    expect(seccompOption('docker', undefined, profiles)).to.deep.equal({ ok: true });
    expect(seccompOption('docker', 'any', profiles)).to.deep.equal({
      ok: true,
      option: 'seccomp=unconfined',
    });
  });

  it('is a file of the node, which Podman reads and Docker is sent', () => {
    expect(option('podman', 'audit.json')).to.deep.equal({ ok: true, option: `seccomp=${file}` });
    expect(option('docker', 'audit.json')).to.deep.equal({
      ok: true,
      option: 'seccomp={"defaultAction":"SCMP_ACT_LOG"}',
    });
  });

  it('that is missing says where to put it', () => {
    const result = option('podman', 'none.json');
    expect(result.ok ? '' : result.message).to.equal(
      `cannot load seccomp profile "none.json": put it at ${join(profiles, 'none.json')} of this node`,
    );
  });

  it('is no file outside of the folder of profiles', () => {
    for (const profile of ['../../../etc/hostname', 'link.json'])
      expect(option('docker', profile)).to.deep.include({ ok: false });
  });
});
