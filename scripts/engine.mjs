// The container engine that tests run against: the one that CONTAINER_ENGINE names, or a Podman of their own.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const has = (program) => spawnSync('which', [program]).status === 0;

/** Why there is none on this machine; undefined: there can be one. */
export function lackOfEngine() {
  if (!existsSync('/bin/busybox') && !existsSync('/usr/bin/busybox'))
    return 'busybox-static is not installed';
  if (process.env.CONTAINER_ENGINE) return undefined;
  if (process.getuid?.() !== 0)
    return 'CONTAINER_ENGINE names no socket, and only root can start a Podman whose containers have addresses';
  return has('podman') && has('runc') ? undefined : 'podman and runc are not installed';
}

/** Whose images an engine of its own takes from a mirror instead. */
const MIRRORED = ['docker.io', 'gcr.io'];

/**
 * Its socket, and what ends it. runc and cgroupfs work on every layout of cgroups, hybrid ones among them. `registry`: the address of one
 * that it may ask without encryption, as Docker may ask any on loopback. `mirror`: of one that it asks in place of public ones.
 */
export async function startEngine(registry, mirror) {
  if (process.env.CONTAINER_ENGINE) return { socket: process.env.CONTAINER_ENGINE, stop: () => {} };
  const place = mkdtempSync(join(tmpdir(), 'pilotage-engine-'));
  const socket = join(place, 'engine.sock');
  // Commands in containers leave a process of the engine behind for five minutes, by default.
  // What it keeps elsewhere by default is shared by every Podman of the machine, and the end of one would be taken for a restart by the others.
  writeFileSync(join(place, 'containers.conf'), '[engine]\nexit_command_delay = 1\nlock_type = "file"\n');
  for (const folder of ['tmp', 'networks']) mkdirSync(join(place, folder));
  const own = [
    ...['--root', join(place, 'storage'), '--runroot', join(place, 'run')],
    ...['--tmpdir', join(place, 'tmp'), '--network-config-dir', join(place, 'networks')],
  ];
  const options = [...own, '--runtime', 'runc', '--cgroup-manager', 'cgroupfs'];
  const insecure = (prefix, location) =>
    `[[registry]]\nprefix = "${prefix}"\nlocation = "${location}"\ninsecure = true\n`;
  const registries = [
    ...[registry, mirror].flatMap((address) => (address ? insecure(address, address) : [])),
    ...(mirror ? MIRRORED : []).map((host) => insecure(host, mirror)),
  ];
  writeFileSync(join(place, 'registries.conf'), registries.join(''));
  const env = {
    ...process.env,
    CONTAINERS_CONF: join(place, 'containers.conf'),
    CONTAINERS_REGISTRIES_CONF: join(place, 'registries.conf'),
  };
  const service = spawn('podman', [...options, 'system', 'service', '--time', '0', `unix://${socket}`], {
    env,
    stdio: 'inherit',
  });
  for (let tries = 0; !existsSync(socket) && service.exitCode === null && tries < 200; tries++)
    await pause(50);
  return {
    socket,
    // What serves the same containers on another socket, for a test that ends it.
    service: { args: [...options, 'system', 'service', '--time', '0'], env },
    stop() {
      service.kill();
      spawnSync('podman', [...options, 'rm', '--all', '--force', '--time', '0'], { env });
      spawnSync('podman', [...options, 'system', 'reset', '--force'], { env });
      rmSync(place, { recursive: true, force: true });
    },
  };
}
