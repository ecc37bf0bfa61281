import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { giveToGroup } from '../../../../src/orchestrator/node/spec/fsgroup.ts';
import { scratch } from '../helpers.ts';

const GROUP = 4242;

(process.geteuid?.() === 0 ? describe : describe.skip)(
  'the group of a volume (only root gives files away)',
  () => {
    let place: ReturnType<typeof scratch>;
    let volume: string;
    beforeEach(() => {
      place = scratch();
      volume = join(place.path, 'volume');
      mkdirSync(join(volume, 'deep'), { recursive: true });
      chmodSync(volume, 0o755);
      writeFileSync(join(volume, 'deep', 'file'), '');
      chmodSync(join(volume, 'deep', 'file'), 0o4711);
    });
    afterEach(() => place.dispose());
    const access = (path: string) => {
      const { gid, mode } = lstatSync(join(volume, path));
      return [gid, mode & 0o7777];
    };
    const give = (onlyOnMismatch = false) => giveToGroup(volume, GROUP, { onlyOnMismatch });

    it('has all that is in it: files to read and write, folders whose files are the group’s too', async () => {
      await give();
      expect(access('.')).to.deep.equal([GROUP, 0o2775]);
      expect(access('deep')[0]).to.equal(GROUP);
      expect(access('deep/file')).to.deep.equal([GROUP, 0o4771]);
    });

    it('has links, and not what they lead to', async () => {
      const outside = join(place.path, 'outside');
      writeFileSync(outside, '');
      chmodSync(outside, 0o600);
      symlinkSync(outside, join(volume, 'link'));
      symlinkSync('..', join(volume, 'up'));
      await give();
      const { gid, mode } = lstatSync(outside);
      expect([gid, mode & 0o7777]).to.deep.equal([process.getgid?.(), 0o600]);
      expect(access('link')[0]).to.equal(GROUP);
    });

    it('is not looked for below a folder that has it, where only a mismatch counts', async () => {
      await give();
      chownSync(join(volume, 'deep', 'file'), 0, 0);
      await give(true);
      expect(access('deep/file')[0]).to.equal(0);
      chmodSync(volume, 0o755);
      await give(true);
      expect(access('deep/file')[0]).to.equal(GROUP);
    });

    it('is refused where folders go too deep to be held', async () => {
      mkdirSync(join(volume, ...Array.from({ length: 300 }, () => 'd')), { recursive: true });
      const failure = await give().then(
        () => '',
        (error: Error) => error.message,
      );
      expect(failure).to.equal('its folders are more than 256 deep');
    });
  },
);
