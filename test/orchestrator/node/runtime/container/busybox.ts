import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';

/** What the engine knows the image by that is made here. */
export const BUSYBOX = 'localhost/pilotage-test/busybox:1';

const APPLETS = [
  'cat',
  'cut',
  'echo',
  'env',
  'head',
  'hostname',
  'httpd',
  'id',
  'ls',
  'mkdir',
  'nslookup',
  'sh',
  'sleep',
  'timeout',
  'touch',
  'tr',
  'wget',
  'yes',
];

/** Makes an image of Debian's `busybox-static`, which needs nothing beside it: no registry is asked. */
export async function ensureBusybox(engine: Engine): Promise<void> {
  if (await engine.image(BUSYBOX)) return;
  const place = mkdtempSync(join(tmpdir(), 'pilotage-busybox-'));
  try {
    for (const folder of ['bin', 'etc', 'tmp']) mkdirSync(join(place, folder));
    copyFileSync('/bin/busybox', join(place, 'bin', 'busybox'));
    for (const applet of APPLETS) symlinkSync('busybox', join(place, 'bin', applet));
    const archive = execFileSync('tar', ['-C', place, '-c', '.'], { maxBuffer: 64 * 2 ** 20 });
    const [repository = '', tag = ''] = BUSYBOX.split(/:(?=[^:]*$)/);
    await engine.importImage(archive, repository, tag);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
