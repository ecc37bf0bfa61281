import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually, fetchText } from './harness.ts';
import { sh, useHostPods } from './hostpods.ts';
import { describeWithKubectl } from './kubectl.ts';

/** Serves what `PILOTAGE_ROOT/etc/page` says; ends at once when told. */
const SERVER = `require('node:http').createServer((_, response) => response.end(require('node:fs').readFileSync(process.env.PILOTAGE_ROOT + '/etc/page'))).listen(Number(process.env.PORT), process.env.HOST)`;

describeWithKubectl('e2e: pods as processes of the machine: how it lives', function () {
  this.timeout(60_000);
  const pods = useHostPods();
  const { start, status, main, ended, ready } = pods;

  /** A probe that the test turns on and off. */
  const switched = async (name: string) => {
    const path = join(pods.pilotage.dir, name);
    return {
      probe: { exec: { command: ['test', '-e', path] }, periodSeconds: 1 },
      on: () => writeFile(path, ''),
      off: () => rm(path),
    };
  };

  it('is run again as its policy says: Never, OnFailure, Always with a back-off', async () => {
    const mount = { volumeMounts: [{ name: 'd', mountPath: '/d' }] };
    const volumes = [{ name: 'd', emptyDir: {} }];
    const failOnce = sh('test -e $PILOTAGE_ROOT/d/x && exit 0; touch $PILOTAGE_ROOT/d/x; exit 3');
    await start('never', { command: sh('exit 3') }, { restartPolicy: 'Never' });
    await start('onfailure', { command: failOnce, ...mount }, { restartPolicy: 'OnFailure', volumes });
    await start('always', { command: sh('exit 3') });
    await pods.k.ok('wait', 'pod/never', '--for=jsonpath={.status.phase}=Failed', '--timeout=20s');
    expect((await main('never'))?.state.terminated?.exitCode).to.equal(3);
    await ended('onfailure');
    expect((await main('onfailure'))?.restartCount).to.equal(1);
    await eventually('it backs off', async () => {
      const waiting = (await main('always'))?.state.waiting;
      return (
        waiting?.reason === 'CrashLoopBackOff' &&
        waiting.message.startsWith('back-off 10s restarting failed container=main')
      );
    });
    expect(await pods.k.ok('get', 'pod', 'always')).to.match(/0\/1\s+CrashLoopBackOff\s+1 \(\d+s ago\)/);
  });

  it('becomes ready when its probe succeeds: by HTTP, by TCP', async () => {
    const container = {
      command: ['node', '-e', SERVER],
      ports: [{ name: 'http', containerPort: 8080 }],
      volumeMounts: [{ name: 'etc', mountPath: '/etc' }],
    };
    const spec = { volumes: [{ name: 'etc', configMap: { name: 'conf' } }] };
    const byHttp = { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 };
    const byTcp = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    await start('http', { ...container, readinessProbe: byHttp }, spec);
    await start('tcp', { ...container, readinessProbe: byTcp }, spec);
    await Promise.all([ready('http'), ready('tcp')]);
    expect((await fetchText(`http://${(await status('http')).podIP}:8080`)).text).to.equal('one');
  });

  it('is ready only as long as its readiness probe succeeds, and goes on running when it does not', async () => {
    const well = await switched('well');
    await well.on();
    const readinessProbe = { ...well.probe, failureThreshold: 1 };
    await start('fickle', { command: ['sleep', '1000'], readinessProbe });
    await ready('fickle');
    await well.off();
    await pods.k.ok('wait', 'pod/fickle', '--for=condition=Ready=false', '--timeout=20s');
    expect(await main('fickle')).to.include({ ready: false, restartCount: 0 });
    await well.on();
    await ready('fickle');
  });

  it('is killed and run again when its liveness probe fails, but not before its startup probe has succeeded', async () => {
    const begun = await switched('begun');
    const alive = await switched('alive');
    await start('mortal', {
      command: sh(`trap 'echo told; exit 0' TERM; echo up; while :; do sleep 0.1; done`),
      startupProbe: { ...begun.probe, failureThreshold: 100 },
      livenessProbe: { ...alive.probe, failureThreshold: 1 },
    });
    await eventually('its startup probe has failed', async () =>
      (await pods.k.ok('events', '--for', 'pod/mortal')).includes('Startup probe failed'),
    );
    expect(await main('mortal')).to.include({ ready: false, restartCount: 0 });
    await alive.on();
    await begun.on();
    await ready('mortal');
    await alive.off();
    await pods.k.ok(
      'wait',
      'pod/mortal',
      '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
      '--timeout=20s',
    );
    expect(await pods.k.lines('logs', 'mortal', '--previous')).to.include.members(['up', 'told']);
    const events = await pods.k.ok('events', '--for', 'pod/mortal');
    expect(events)
      .to.contain('Liveness probe failed')
      .and.to.contain('failed liveness probe, will be restarted');
  });
});
