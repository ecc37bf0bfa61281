import { basename } from 'node:path';
import { expect } from 'chai';
import { eventually } from './harness.ts';
import { sh, useHostPods } from './hostpods.ts';
import { describeWithKubectl } from './kubectl.ts';
import { commandLinesWith } from './processes.ts';

describeWithKubectl('e2e: pods as processes of the machine: how it ends', function () {
  this.timeout(60_000);
  const pods = useHostPods();
  const { start, ready } = pods;

  it('runs preStop, then tells it, and takes it away when it is gone', async () => {
    const volumes = [{ name: 'd', emptyDir: {} }];
    await start(
      'polite',
      {
        command: sh(
          `trap 'echo term; cat $PILOTAGE_ROOT/d/hook; sleep 1; exit 0' TERM; echo up; while :; do sleep 0.1; done`,
        ),
        lifecycle: { preStop: { exec: { command: sh('echo hook > $PILOTAGE_ROOT/d/hook') } } },
        volumeMounts: [{ name: 'd', mountPath: '/d' }],
      },
      { volumes },
    );
    const follow = pods.k.start('logs', '-f', 'polite', '--pod-running-timeout=10s');
    await ready('polite');
    await eventually('it is up', async () => (await pods.k.ok('logs', 'polite')) === 'up');
    await eventually('it is followed', async () => follow.text() === 'up\n');
    await pods.k.ok('delete', 'pod', 'polite', '--timeout=20s');
    expect(await follow.ended()).to.match(/^up\n[\s\S]*term\nhook\n$/);
  });

  it('is killed when it outstays its grace period', async () => {
    await start(
      'stubborn',
      { command: sh(`trap '' TERM; echo up; while :; do sleep 0.1; done`) },
      { terminationGracePeriodSeconds: 1 },
    );
    await eventually('it is up', async () => (await pods.k.ok('logs', 'stubborn')) === 'up');
    await pods.k.ok('delete', 'pod', 'stubborn', '--timeout=20s');
    expect(await pods.k.fails('get', 'pod', 'stubborn')).to.contain('NotFound');
  });

  /**
   * Starts a pod that ignores SIGTERM; gives what tells whether anything of it lives. By its command lines: a pod may have pids of its own,
   * which mean other processes outside.
   */
  const deaf = async (name: string): Promise<() => Promise<boolean>> => {
    const mark = `${name} of ${basename(pods.pilotage.dir)}`;
    const command = sh(`trap '' TERM; echo up; while :; do sleep 0.1; done # ${mark}`);
    await start(name, { command }, { terminationGracePeriodSeconds: 300 });
    await eventually('it is up', async () => (await pods.k.ok('logs', name)) === 'up');
    const lives = async () => (await commandLinesWith(mark)).length > 0;
    expect(await lives()).to.equal(true);
    return lives;
  };

  it('ends soon when it is deleted by force, whatever its grace period', async () => {
    const lives = await deaf('forced');
    await pods.k.ok('delete', 'pod', 'forced', '--grace-period=0', '--force', '--timeout=20s');
    expect(await pods.k.fails('get', 'pod', 'forced')).to.contain('NotFound');
    await eventually('its process is gone', async () => !(await lives()));
  });

  it('ends with Pilotage: `down` leaves no process behind, not even one that ignores SIGTERM', async () => {
    const lives = await deaf('deaf');
    const { code, stdout, stderr } = await pods.pilotage.cli('down');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('Pilotage is down');
    expect(await lives()).to.equal(false);
  });
});
