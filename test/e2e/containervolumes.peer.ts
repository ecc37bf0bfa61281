import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { connectEngine } from '../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { BUSYBOX, ensureBusybox } from '../orchestrator/node/runtime/container/busybox.ts';
import { eventually, Pilotage } from './harness.ts';
import { Kubectl } from './kubectl.ts';

const SOCKET = process.env.CONTAINER_ENGINE ?? '';

describe('e2e: volumes of containers', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;

  before(async () => {
    await ensureBusybox(await connectEngine(SOCKET));
    pilotage = await Pilotage.start([], undefined, undefined, ['--engine', SOCKET]);
    k = await Kubectl.inNamespace(pilotage, 'boxes');
  });
  after(() => pilotage.stop());

  const start = (name: string, container: object, spec: object = {}) =>
    k.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: BUSYBOX, env: [{ name: 'PATH', value: '/bin' }], ...container }],
        ...spec,
      },
    });
  /** What a script prints that has to succeed. */
  async function said(name: string, script: string, container: object, spec: object): Promise<string[]> {
    await start(name, { command: ['sh', '-ec', script], ...container }, spec);
    await eventually(`the end of ${name}`, async () =>
      /Succeeded|Failed/.test(await k.jsonpath(`pod/${name}`, '.status.phase')),
    );
    const lines = await k.lines('logs', name);
    expect(await k.jsonpath(`pod/${name}`, '.status.phase'), lines.join('\n')).to.equal('Succeeded');
    return lines;
  }

  const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

  it('show a token to the user that a pod runs as, and to no other', async () => {
    const script = `cat ${TOKEN} | cut -c1-3; ls -lnL ${TOKEN} | cut -d' ' -f1,3-`;
    const [token, listed] = await said('alone', script, {}, { securityContext: { runAsUser: 1000 } });
    expect(token).to.equal('eyJ');
    expect(listed).to.match(/^-rw-------\s.*\b1000\b/);
  });

  it('belong to fsGroup, and what programs make there too', async () => {
    await k.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'kept' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await k.ok('create', 'secret', 'generic', 'keys', '--from-literal=key=k');
    const mounts = ['scratch', 'kept', 'keys'].map((name) => ({ name, mountPath: `/${name}` }));
    const volumes = [
      { name: 'scratch', emptyDir: {} },
      { name: 'kept', persistentVolumeClaim: { claimName: 'kept' } },
      { name: 'keys', secret: { secretName: 'keys', defaultMode: 0o400 } },
    ];
    const script = `cat /keys/key ${TOKEN} >/dev/null; touch /scratch/a /kept/b; for file in /scratch/a /kept/b /kept; do ls -lnd $file; done; id`;
    const securityContext = { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, runAsNonRoot: true };
    const lines = await said('group', script, { volumeMounts: mounts }, { securityContext, volumes });
    for (const line of lines.slice(0, 2)) expect(line).to.match(/^-rw\S+\s+1\s+1000\s+2000\s/);
    expect(lines[2]).to.match(/^drwxrwsrwx\s.*\b2000\b/);
    expect(lines[3]).to.contain('groups=2000');
  });

  it('are in memory where the pod says so, of their size, and outlive the containers that use them', async () => {
    const volumes = [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }];
    const container = {
      command: [
        'sh',
        '-c',
        'cat /proc/mounts; cat /shm/file || { echo kept > /shm/file; exit 1; }; sleep 600',
      ],
      volumeMounts: [{ name: 'shm', mountPath: '/shm' }],
    };
    await start('memory', container, { restartPolicy: 'OnFailure', volumes });
    await k.ok('wait', 'pod/memory', '--for=condition=Ready', '--timeout=30s');
    const lines = await k.lines('logs', 'memory');
    expect(lines.find((line) => line.includes(' /shm '))).to.match(/ \/shm tmpfs .*size=1024k/);
    await eventually('its second start', async () => (await k.ok('logs', 'memory')).endsWith('kept'));
    const tooMuch = ['sh', '-c', 'yes > /shm/more'];
    expect(await k.fails('exec', 'memory', '--', ...tooMuch)).to.contain('No space left on device');
    await k.ok('delete', 'pod/memory', '--timeout=30s');
    const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8');
    await eventually('no mount to be left', async () => !mounts().includes(pilotage.dataDir));
  });

  it('that hold more than their limit end their pod', async () => {
    const volumes = [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }];
    const container = {
      command: ['sh', '-c', 'yes | head -c 3000000 > /scratch/file; sleep 600'],
      volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
    };
    await start('greedy', container, { restartPolicy: 'Always', volumes });
    await k.ok('wait', 'pod/greedy', '--for=jsonpath={.status.phase}=Failed', '--timeout=40s');
    expect(await k.jsonpath('pod/greedy', '.status.reason')).to.equal('Evicted');
    expect(await k.jsonpath('pod/greedy', '.status.message')).to.equal(
      'Usage of EmptyDir volume "scratch" exceeds the limit "1Mi".',
    );
  });
});
