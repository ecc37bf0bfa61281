import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { digestsBelow } from '../../../src/cli/backup/files.ts';
import { idOfKey, keepKey, keyBeside } from '../../../src/cli/backup/key.ts';
import { createSealer, sealAll, secretFile } from '../../../src/cli/backup/sealedfiles.ts';
import { OBJECTS, SEALED_SUFFIX, TO_RESTORE } from '../../../src/model/backup.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { run } from '../harness.ts';

const ROWS = '{"kind":"Secret"}\n';

describe('pilotage restore', () => {
  let dir: string;
  let folder: string;
  let dataDir: string;
  const key = randomBytes(32);
  const keyText = `${key.toString('base64')}\n`;
  beforeEach(() => {
    dir = scratch();
    folder = join(dir, 'backup');
    dataDir = join(dir, 'restored');
    mkdirSync(join(dir, 'data', 'pki'), { recursive: true });
    mkdirSync(folder);
    writeFileSync(join(dir, 'data', 'token.json'), '{"token":"hush"}');
    writeFileSync(join(dir, 'data', 'pki', 'ca.key'), 'private');
    writeFileSync(join(dir, 'data', 'pki', 'secrets.key'), keyText);
    writeFileSync(join(folder, 'instance.json'), '{}');
  });
  afterEach(() => drop(dir));

  const finish = async (more: object) => {
    const manifest = { at: '2026-01-01T00:00:00Z', version: '1', repositories: [], ...more };
    rmSync(join(folder, 'manifest.json'), { force: true });
    const files = await digestsBelow(folder);
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, files }));
  };

  const salt = randomBytes(32);
  const FORMAT_2 = { format: 2, sealed: { key: idOfKey(key), salt: salt.toString('base64') } };
  /** As `pilotage backup` writes it, its key beside it. */
  async function sealedBackup() {
    const sealer = createSealer(key, salt);
    await sealAll(sealer, join(dir, 'data'), folder);
    const objects = secretFile(join(folder, `${OBJECTS}${SEALED_SUFFIX}`));
    await pipeline(Readable.from([gzipSync(ROWS)]), sealer.seal(OBJECTS), objects);
    await finish(FORMAT_2);
    await keepKey(keyText, keyBeside(folder));
  }

  const restore = (...args: string[]) => run(['restore', folder, '--data-dir', dataDir, ...args]);
  const restored = (path: string) => readFileSync(join(dataDir, path), 'utf8');

  it('opens what is sealed with the key that lies beside the folder, and keeps that key', async () => {
    await sealedBackup();
    expect((await restore()).code).to.equal(0);
    expect(restored('token.json')).to.equal('{"token":"hush"}');
    expect(restored('pki/ca.key')).to.equal('private');
    expect(restored('pki/secrets.key')).to.equal(keyText);
    expect(restored(TO_RESTORE)).to.equal(ROWS);
  });

  it('finds the key in the folder, put there before or after the backup', async () => {
    await sealedBackup();
    renameSync(keyBeside(folder), join(folder, 'secrets.key'));
    expect((await restore()).code).to.equal(0);
  });

  it('takes the key of the data directory, in which newer ones stand first', async () => {
    await sealedBackup();
    rmSync(keyBeside(folder));
    const own = join(dir, 'own.key');
    writeFileSync(own, `${randomBytes(32).toString('base64')}\n${keyText}`);
    expect((await restore('--key', own)).code).to.equal(0);
    expect(restored(TO_RESTORE)).to.equal(ROWS);
  });

  it('asks for the key where it is not there, and writes nothing', async () => {
    await sealedBackup();
    rmSync(keyBeside(folder));
    const { code, stderr } = await restore();
    expect(code).to.equal(1);
    expect(stderr).to.contain('its key').and.contain(idOfKey(key)).and.contain('--key FILE');
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('refuses another key, and a file that is none', async () => {
    await sealedBackup();
    const other = join(dir, 'other.key');
    writeFileSync(other, randomBytes(32).toString('base64'));
    expect((await restore('--key', other)).stderr).to.contain('is another key');
    writeFileSync(other, 'not a key');
    expect((await restore('--key', other)).stderr).to.contain('is no key of a backup');
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('leaves nothing of a backup in which somebody swapped sealed files and corrected the list', async () => {
    await sealedBackup();
    writeFileSync(
      join(folder, `token.json${SEALED_SUFFIX}`),
      readFileSync(join(folder, 'pki', `ca.key${SEALED_SUFFIX}`)),
    );
    await finish(FORMAT_2);
    const { code, stderr } = await restore();
    expect([code, stderr.includes('was not sealed with this key as it is')]).to.deep.equal([1, true]);
    expect(existsSync(dataDir)).to.equal(false);
  });

  it('reads what an older version backed up, which sealed nothing', async () => {
    writeFileSync(join(folder, 'token.json'), '{"token":"old"}');
    mkdirSync(join(folder, 'pki'));
    writeFileSync(join(folder, 'pki', 'secrets.key'), keyText);
    writeFileSync(join(folder, OBJECTS), gzipSync(ROWS));
    await finish({ format: 1 });
    expect((await restore()).code).to.equal(0);
    expect(restored('token.json')).to.equal('{"token":"old"}');
    expect(restored('pki/secrets.key')).to.equal(keyText);
    expect(restored(TO_RESTORE)).to.equal(ROWS);
  });

  it('puts no key in place of that of another Pilotage', async () => {
    await keepKey(keyText, keyBeside(folder));
    await keepKey(keyText, keyBeside(folder));
    const refused = await keepKey('another', keyBeside(folder)).catch((error: Error) => error.message);
    expect(refused).to.contain('is another key');
  });
});
