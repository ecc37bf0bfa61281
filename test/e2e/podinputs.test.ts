import { expect } from 'chai';
import { eventually } from './harness.ts';
import { sh, useHostPods } from './hostpods.ts';
import { describeWithKubectl } from './kubectl.ts';

describeWithKubectl('e2e: pods as processes of the machine: what a container is given', function () {
  this.timeout(60_000);
  const pods = useHostPods();
  const { start, status, main, ended, ready } = pods;

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
    await pods.k.ok('create', 'configmap', 'later', '--from-literal=a=1');
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
    expect(await pods.k.fails('logs', 'noimage')).to.contain('is waiting to start');
  });
});
