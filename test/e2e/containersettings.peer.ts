import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { Kubectl } from './kubectl.ts';
import { freePort } from './processes.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

describe('e2e: what containers ask of their node', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    await ensureBusybox(await connectEngine(SOCKET));
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
  });
  after(() => pilotage.stop());

  const main = (container: object) => ({
    name: 'main',
    image: BUSYBOX,
    env: [{ name: 'PATH', value: '/bin' }],
    ...container,
  });
  const start = (name: string, container: object, spec: object = {}) =>
    k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { terminationGracePeriodSeconds: 1, containers: [main(container)], ...spec },
    });
  const sh = (script: string) => ['sh', '-c', script];
  const ready = (name: string) => k.ok('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=40s');
  const events = (name: string) =>
    k.ok(
      'get',
      'events',
      '--field-selector',
      `involvedObject.name=${name}`,
      '-o',
      'custom-columns=M:.message,R:.reason',
    );
  /** What a script prints that ends well. */
  async function said(
    name: string,
    script: string,
    container: object = {},
    spec: object = {},
  ): Promise<string[]> {
    await start(name, { command: sh(script), ...container }, { restartPolicy: 'Never', ...spec });
    await eventually(`the end of ${name}`, async () =>
      /Succeeded|Failed/.test(await k.jsonpath(`pod/${name}`, '.status.phase')),
    );
    return k.lines('logs', name);
  }

  it('is reached by a port of the node, and a port that is taken is why the next one waits', async () => {
    const hostPort = await freePort();
    const serve = (text: string) => ({
      command: sh(`mkdir /www; echo ${text} > /www/index.html; exec httpd -f -p 8080 -h /www`),
      ports: [{ containerPort: 8080, hostPort }],
    });
    const page = () =>
      fetch(`http://127.0.0.1:${hostPort}`, { signal: AbortSignal.timeout(2_000) }).then(
        (answer) => answer.text(),
        (error: Error) => error.message,
      );
    await start('port', serve('first'));
    await eventually('an answer', async () => (await page()) === 'first\n');
    const node = await k.jsonpath('pod/port', '.spec.nodeName');
    await start('second', serve('second'), { nodeName: node });
    await eventually('the event', async () => (await events('second')).includes('FailedCreatePodSandBox'));
    await k.ok('delete', 'pod/port', '--timeout=30s');
    await eventually('the other answer', async () => (await page()) === 'second\n');
    await k.ok('delete', 'pod/second', '--timeout=30s');
  });

  it('see each other’s processes where the pod says so, and the first of them buries the others', async () => {
    const cmdline = `tr '\\0' ' ' < /proc/1/cmdline; (sh -c 'exit 0' &); cat /proc/1/status`;
    const shared = await said('shared', cmdline, {}, { shareProcessNamespace: true });
    expect(shared[0]).to.match(/^\/pause/);
    expect((await said('apart', cmdline))[0]).to.not.match(/^\/pause/);
  });

  it('have the settings of the kernel that harm no other pod, and are not run with others', async () => {
    const sysctls = (name: string) => ({ securityContext: { sysctls: [{ name, value: '443' }] } });
    const name = 'net.ipv4.ip_unprivileged_port_start';
    const file = `/proc/sys/${name.replaceAll('.', '/')}`;
    expect(await said('sysctl', `cat ${file}`, {}, sysctls(name))).to.deep.equal(['443']);
    await start('forbidden', { command: sh('sleep 60') }, sysctls('net.ipv4.ip_forward'));
    await eventually(
      'the refusal',
      async () => (await k.jsonpath('pod/forbidden', '.status.reason')) === 'SysctlForbidden',
    );
    expect(await k.jsonpath('pod/forbidden', '.status.phase')).to.equal('Failed');
  });

  it('are held to the seccomp profile that they name', async () => {
    const profile = (seccompProfile: object) => ({ securityContext: { seccompProfile } });
    const mode = `cat /proc/self/status | while read -r name value; do [ "$name" = Seccomp: ] && echo $value; done; mkdir /x && echo made`;
    const folder = join(pilotage.dataDir, 'agent', 'seccomp');
    await mkdir(folder, { recursive: true });
    const rules = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
    };
    await writeFile(join(folder, 'nodirs.json'), JSON.stringify(rules));
    expect(await said('plain', mode)).to.deep.equal(['2', 'made']);
    expect(await said('free', mode, profile({ type: 'Unconfined' }))).to.deep.equal(['0', 'made']);
    const local = (localhostProfile: string) => profile({ type: 'Localhost', localhostProfile });
    expect((await said('nodirs', mode, local('nodirs.json'))).join()).to.match(
      /^2,.*Operation not permitted$/,
    );
    await start('lost', { command: sh('sleep 60'), ...local('none.json') });
    await eventually('the reason', async () =>
      (await k.jsonpath('pod/lost', '.status.containerStatuses[0].state.waiting.message')).includes(
        'put it at',
      ),
    );
  });

  it('are looked at from beside, with the processes of the one that is looked at', async () => {
    await start('looked-at', { command: sh('sleep 4711') });
    await ready('looked-at');
    await k.ok(
      'debug',
      'looked-at',
      '-q',
      `--image=${BUSYBOX}`,
      '--target=main',
      '-c',
      'look',
      '--',
      '/bin/cat',
      '/proc/1/cmdline',
    );
    await eventually('the look', async () =>
      (await k.ok('logs', 'looked-at', '-c', 'look')).includes('4711'),
    );
  });

  it('run their hooks and commands of probes', async () => {
    const lifecycle = {
      postStart: { exec: { command: sh('echo started > /tmp/hook') } },
      preStop: {
        exec: { command: sh('cat /tmp/hook > /proc/1/fd/1; echo stopping > /proc/1/fd/1; sleep 1') },
      },
    };
    const readinessProbe = { exec: { command: sh('cat /tmp/hook') }, periodSeconds: 1 };
    await start(
      'hooks',
      { command: sh("trap 'exit 0' TERM; while :; do sleep 0.1; done"), lifecycle, readinessProbe },
      { terminationGracePeriodSeconds: 10 },
    );
    await ready('hooks');
    const log = k.ok('logs', '-f', 'hooks');
    await k.ok('delete', 'pod/hooks', '--timeout=30s');
    // Podman may end whoever follows before the last line of a container that ends.
    expect((await log).split('\n').slice(0, 2)).to.deep.equal(['started', 'stopping']);
    await start('late', {
      command: sh('sleep 60'),
      livenessProbe: { exec: { command: sh('exit 3') }, periodSeconds: 1, failureThreshold: 1 },
    });
    await eventually(
      'a restart',
      async () => Number(await k.jsonpath('pod/late', '.status.containerStatuses[0].restartCount')) > 0,
    );
    expect(await events('late')).to.contain('Liveness probe failed');
  });

  it('count on no users of their own', async () => {
    await start('users', { command: sh('sleep 60') }, { hostUsers: false });
    await eventually('the event', async () =>
      (await events('users')).includes('leave `hostUsers: false` out'),
    );
  });

  it('share the processes and the memory of the node where they say so', async () => {
    const own = (kind: string) =>
      execFileSync('readlink', [`/proc/self/ns/${kind}`])
        .toString()
        .trim();
    const script = 'ls -l /proc/self/ns/pid /proc/self/ns/ipc';
    const [ipc, pid] = (await said('node', script, {}, { hostPID: true, hostIPC: true })).sort();
    expect([ipc, pid].join()).to.contain(own('pid')).and.contain(own('ipc'));
  });
});
