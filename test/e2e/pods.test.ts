import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { eventually, fetchText, Pilotage } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';
import { commandLinesWith } from './processes.ts';

interface PodStatus {
  readonly phase: string;
  readonly podIP: string;
  readonly containerStatuses?: readonly {
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state: {
      readonly waiting?: { readonly reason: string; readonly message: string };
      readonly terminated?: { readonly exitCode: number };
    };
  }[];
}

const sh = (script: string): string[] => ['sh', '-c', script];
/** Serves what `PILOTAGE_ROOT/etc/page` says; ends at once when told. */
const SERVER = `require('node:http').createServer((_, response) => response.end(require('node:fs').readFileSync(process.env.PILOTAGE_ROOT + '/etc/page'))).listen(Number(process.env.PORT), process.env.HOST)`;

describeWithKubectl('e2e: pods as processes of the machine', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'pods');
    await k.ok('create', 'configmap', 'conf', '--from-literal=greeting=hello', '--from-literal=page=one');
    await k.ok('create', 'secret', 'generic', 'pass', '--from-literal=token=hunter2');
  });
  after(() => pilotage.stop());

  /** A pod of one container on the host's programs. */
  const start = (name: string, container: object, spec: object = {}, metadata: object = {}) =>
    k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, ...metadata },
      spec: { containers: [{ name: 'main', image: 'host', ...container }], ...spec },
    });
  const status = async (name: string) => (await k.get<{ status: PodStatus }>('pod', name)).status;
  const main = async (name: string) => (await status(name)).containerStatuses?.[0];
  const ended = async (name: string) => {
    await k.ok('wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=20s');
    return k.lines('logs', name);
  };
  const ready = (name: string) => k.ok('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=20s');

  /** A probe that the test turns on and off. */
  const switched = async (name: string) => {
    const path = join(pilotage.dir, name);
    return {
      probe: { exec: { command: ['test', '-e', path] }, periodSeconds: 1 },
      on: () => writeFile(path, ''),
      off: () => rm(path),
    };
  };

  describe('what a container is given', () => {
    it('gets its environment: literals, references to them, fields, ConfigMaps, Secrets, whole ones with a prefix', async () => {
      await start(
        'env',
        {
          command: sh('env'),
          resources: { limits: { memory: '64Mi' } },
          ports: [{ containerPort: 8123 }],
          env: [
            { name: 'A', value: '1' },
            { name: 'B', value: '$(A)2 $$(A) $(NOBODY)' },
            { name: 'FROM_MAP', valueFrom: { configMapKeyRef: { name: 'conf', key: 'greeting' } } },
            { name: 'FROM_SECRET', valueFrom: { secretKeyRef: { name: 'pass', key: 'token' } } },
            { name: 'OPTIONAL', valueFrom: { secretKeyRef: { name: 'none', key: 'token', optional: true } } },
            { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
            { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
          ],
          envFrom: [{ configMapRef: { name: 'conf' }, prefix: 'C_' }, { secretRef: { name: 'pass' } }],
        },
        { restartPolicy: 'Never' },
        { labels: { app: 'shown' } },
      );
      const env = await ended('env');
      const { podIP } = await status('env');
      expect(env).to.include.members([
        'A=1',
        'B=12 $(A) $(NOBODY)',
        'FROM_MAP=hello',
        'FROM_SECRET=hunter2',
        'NAME=env',
        'LABEL=shown',
        `IP=${podIP}`,
        `HOST=${podIP}`,
        'PORT=8123',
        'MEMORY=67108864',
        'C_greeting=hello',
        'token=hunter2',
      ]);
      expect(env.filter((line) => line.startsWith('OPTIONAL='))).to.deep.equal([]);
    });

    it('finds its volumes below PILOTAGE_ROOT, and works in one of them', async () => {
      await start(
        'files',
        {
          workingDir: '/srv/scratch',
          command: sh(
            'echo written > here; cat $PILOTAGE_ROOT/srv/scratch/here $PILOTAGE_ROOT/etc/conf/greeting; echo; cat $PILOTAGE_ROOT/etc/one; echo; stat -L -c %a $PILOTAGE_ROOT/sec/token; cat $PILOTAGE_ROOT/sec/token',
          ),
          volumeMounts: [
            { name: 'scratch', mountPath: '/srv/scratch' },
            { name: 'conf', mountPath: '/etc/conf' },
            { name: 'conf', mountPath: '/etc/one', subPath: 'page' },
            { name: 'sec', mountPath: '/sec', readOnly: true },
          ],
        },
        {
          restartPolicy: 'Never',
          volumes: [
            { name: 'scratch', emptyDir: {} },
            { name: 'conf', configMap: { name: 'conf' } },
            { name: 'sec', secret: { secretName: 'pass', defaultMode: 0o400 } },
          ],
        },
      );
      expect(await ended('files')).to.deep.equal(['written', 'hello', 'one', '400', 'hunter2']);
    });

    it('waits for a ConfigMap that is not there yet, says which, and starts when it comes', async () => {
      await start('early', {
        command: ['sleep', '1000'],
        env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'later', key: 'a' } } }],
      });
      await eventually('it says so', async () => {
        const waiting = (await main('early'))?.state.waiting;
        return (
          waiting?.reason === 'CreateContainerConfigError' && waiting.message.includes('"later" not found')
        );
      });
      await k.ok('create', 'configmap', 'later', '--from-literal=a=1');
      await ready('early');
    });

    it('runs init containers first, one after the other', async () => {
      const mount = { volumeMounts: [{ name: 'd', mountPath: '/d' }] };
      const init = (name: string) => ({
        name,
        image: 'host',
        command: sh(`echo ${name} >> $PILOTAGE_ROOT/d/f`),
        ...mount,
      });
      await start(
        'inits',
        { command: sh('cat $PILOTAGE_ROOT/d/f'), ...mount },
        {
          restartPolicy: 'Never',
          initContainers: [init('first'), init('second')],
          volumes: [{ name: 'd', emptyDir: {} }],
        },
      );
      expect(await ended('inits')).to.deep.equal(['first', 'second']);
    });

    it('waits with a reason when its image or its command is not there', async () => {
      await start('noimage', { image: 'nginx:1' });
      await start('nocommand', { command: ['no-such-program'] });
      await eventually('both say so', async () => {
        const image = (await main('noimage'))?.state.waiting;
        const command = (await main('nocommand'))?.state.waiting;
        return (
          image?.reason === 'ErrImagePull' &&
          image.message.includes('pilotage image import') &&
          command?.message.includes('command "no-such-program" is not found')
        );
      });
      expect(await k.fails('logs', 'noimage')).to.contain('is waiting to start');
    });
  });

  describe('how it lives', () => {
    it('is run again as its policy says: Never, OnFailure, Always with a back-off', async () => {
      const mount = { volumeMounts: [{ name: 'd', mountPath: '/d' }] };
      const volumes = [{ name: 'd', emptyDir: {} }];
      const failOnce = sh('test -e $PILOTAGE_ROOT/d/x && exit 0; touch $PILOTAGE_ROOT/d/x; exit 3');
      await start('never', { command: sh('exit 3') }, { restartPolicy: 'Never' });
      await start('onfailure', { command: failOnce, ...mount }, { restartPolicy: 'OnFailure', volumes });
      await start('always', { command: sh('exit 3') });
      await k.ok('wait', 'pod/never', '--for=jsonpath={.status.phase}=Failed', '--timeout=20s');
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
      expect(await k.ok('get', 'pod', 'always')).to.match(/0\/1\s+CrashLoopBackOff\s+1 \(\d+s ago\)/);
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
      await k.ok('wait', 'pod/fickle', '--for=condition=Ready=false', '--timeout=20s');
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
        (await k.ok('events', '--for', 'pod/mortal')).includes('Startup probe failed'),
      );
      expect(await main('mortal')).to.include({ ready: false, restartCount: 0 });
      await alive.on();
      await begun.on();
      await ready('mortal');
      await alive.off();
      await k.ok(
        'wait',
        'pod/mortal',
        '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
        '--timeout=20s',
      );
      expect(await k.lines('logs', 'mortal', '--previous')).to.include.members(['up', 'told']);
      const events = await k.ok('events', '--for', 'pod/mortal');
      expect(events)
        .to.contain('Liveness probe failed')
        .and.to.contain('failed liveness probe, will be restarted');
    });
  });

  describe('how it ends', () => {
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
      const follow = k.start('logs', '-f', 'polite', '--pod-running-timeout=10s');
      await ready('polite');
      await eventually('it is up', async () => (await k.ok('logs', 'polite')) === 'up');
      await eventually('it is followed', async () => follow.text() === 'up\n');
      await k.ok('delete', 'pod', 'polite', '--timeout=20s');
      expect(await follow.ended()).to.match(/^up\n[\s\S]*term\nhook\n$/);
    });

    it('is killed when it outstays its grace period', async () => {
      await start(
        'stubborn',
        { command: sh(`trap '' TERM; echo up; while :; do sleep 0.1; done`) },
        { terminationGracePeriodSeconds: 1 },
      );
      await eventually('it is up', async () => (await k.ok('logs', 'stubborn')) === 'up');
      await k.ok('delete', 'pod', 'stubborn', '--timeout=20s');
      expect(await k.fails('get', 'pod', 'stubborn')).to.contain('NotFound');
    });

    /**
     * Starts a pod that ignores SIGTERM; gives what tells whether anything of it lives. By its command lines: a pod may have pids of its own,
     * which mean other processes outside.
     */
    const deaf = async (name: string): Promise<() => Promise<boolean>> => {
      const mark = `${name} of ${basename(pilotage.dir)}`;
      const command = sh(`trap '' TERM; echo up; while :; do sleep 0.1; done # ${mark}`);
      await start(name, { command }, { terminationGracePeriodSeconds: 300 });
      await eventually('it is up', async () => (await k.ok('logs', name)) === 'up');
      const lives = async () => (await commandLinesWith(mark)).length > 0;
      expect(await lives()).to.equal(true);
      return lives;
    };

    it('ends soon when it is deleted by force, whatever its grace period', async () => {
      const lives = await deaf('forced');
      await k.ok('delete', 'pod', 'forced', '--grace-period=0', '--force', '--timeout=20s');
      expect(await k.fails('get', 'pod', 'forced')).to.contain('NotFound');
      await eventually('its process is gone', async () => !(await lives()));
    });

    it('ends with Pilotage: `down` leaves no process behind, not even one that ignores SIGTERM', async () => {
      const lives = await deaf('deaf');
      const { code, stdout, stderr } = await pilotage.cli('down');
      expect(code, stderr).to.equal(0);
      expect(stdout).to.contain('Pilotage is down');
      expect(await lives()).to.equal(false);
    });
  });
});
