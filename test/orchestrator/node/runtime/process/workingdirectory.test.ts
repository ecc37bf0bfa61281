import { expect } from 'chai';
import { workingDirectory } from '../../../../../src/orchestrator/node/runtime/process/workingdirectory.ts';

describe('working directory', () => {
  const host = { root: '/pod/root' };
  const image = { ...host, image: '/images/abc' };
  const mounts = [{ source: '/volumes/data', target: '/srv/data', readOnly: false }];

  it('is the image, or the root of the volumes where the programs of the host run', () => {
    expect(workingDirectory({ mounts: [] }, image)).to.equal('/images/abc');
    expect(workingDirectory({ mounts: [] }, host)).to.equal('/pod/root');
  });

  it('begins at the image, or at the root of the host', () => {
    expect(workingDirectory({ workingDir: '/app', mounts: [] }, image)).to.equal('/images/abc/app');
    expect(workingDirectory({ workingDir: '/app', mounts: [] }, host)).to.equal('/app');
  });

  it('is in a volume when the path is below its mount', () => {
    for (const places of [host, image]) {
      expect(workingDirectory({ workingDir: '/srv/data', mounts }, places)).to.equal('/pod/root/srv/data');
      expect(workingDirectory({ workingDir: '/srv/data/in/', mounts }, places)).to.equal(
        '/pod/root/srv/data/in/',
      );
    }
  });

  it('is not in a volume whose mount only begins with the same letters', () => {
    expect(workingDirectory({ workingDir: '/srv/database', mounts }, host)).to.equal('/srv/database');
  });
});
