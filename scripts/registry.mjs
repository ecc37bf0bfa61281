// Registries that tests push to and pull from: Debian's docker-registry, with one user or open to everybody.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './ports.mjs';

const PROGRAM = 'docker-registry';
const USER = {
  name: 'robot',
  password: 'only-for-tests',
  bcrypt: '$2b$05$abcdefghijklmnopqrstuuDt8u8tY.Zm8YU.pieFNyF5h5afvnc0a',
};

/** undefined: it is not installed. `address`: as images name it; `stop` ends it. `open`: it asks nobody who they are. */
export async function startRegistry({ open = false } = {}) {
  if (spawnSync('which', [PROGRAM]).status !== 0) return undefined;
  const place = mkdtempSync(join(tmpdir(), 'pilotage-registry-'));
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(place, 'images') } },
    http: { addr: address },
    ...(open ? {} : { auth: { htpasswd: { realm: 'tests', path: join(place, 'users') } } }),
  };
  writeFileSync(join(place, 'users'), `${USER.name}:${USER.bcrypt}\n`);
  writeFileSync(join(place, 'config.yml'), JSON.stringify(config));
  const service = spawn(PROGRAM, ['serve', join(place, 'config.yml')], { stdio: 'ignore' });
  const answers = () =>
    fetch(`http://${address}/v2/`).then(
      ({ status }) => status === (open ? 200 : 401),
      () => false,
    );
  for (let tries = 0; !(await answers()) && service.exitCode === null && tries < 200; tries++)
    await pause(50);
  return {
    address,
    username: USER.name,
    password: USER.password,
    stop() {
      service.kill();
      rmSync(place, { recursive: true, force: true });
    },
  };
}
