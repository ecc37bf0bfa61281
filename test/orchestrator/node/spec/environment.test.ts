import { mkdirSync, readFileSync, readlinkSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../src/base/log.ts';
import type { Container, Pod, Service } from '../../../../src/kube/kinds/objects.ts';
import { nextAddress, reach } from '../../../../src/orchestrator/node/addresses.ts';
import { offsetOfTail, openLogIndex } from '../../../../src/orchestrator/node/runtime/process/logindex.ts';
import { beginOf, limitsFor, rotate } from '../../../../src/orchestrator/node/runtime/process/logrotation.ts';
import { createLogs } from '../../../../src/orchestrator/node/runtime/process/logs.ts';
import { expand, findProgram } from '../../../../src/orchestrator/node/runtime/process/program.ts';
import type { ContainerRuntime } from '../../../../src/orchestrator/node/runtime/runtime.ts';
import { buildEnvironment } from '../../../../src/orchestrator/node/spec/environment.ts';
import {
  serviceEnvironment,
  unservedReference,
} from '../../../../src/orchestrator/node/spec/serviceenvironment.ts';
import { mountVolumes, writeVolumes } from '../../../../src/orchestrator/node/spec/volumes.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { scratch, until } from '../helpers.ts';

const pod = (spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-1', namespace: 'shop', uid: 'uid', labels: { app: 'web' } },
  spec: { containers: [{ name: 'web' }], ...spec },
});
const object = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const base64 = (text: string) => Buffer.from(text).toString('base64');
const known = {
  podIP: '127.1.0.1',
  hostIP: '127.0.0.1',
  nodeName: 'here',
  configMaps: new Map([['settings', object('settings', { size: '10', mode: 'fast' })]]),
  secrets: new Map([['keys', object('keys', { token: base64('s3cret') })]]),
};

describe('expansion of $(NAME)', () => {
  for (const [text, expected] of [
    ['$(A)', '1'],
    ['x$(A)y$(B)z', 'x1y2z'],
    ['$(MISSING)', '$(MISSING)'],
    ['$$(A)', '$(A)'],
    ['$$$(A)', '$1'],
    ['$A ${A}', '$A ${A}'],
    ['$(toString)', '$(toString)'],
    ['$(A', '$(A'],
  ] as const) {
    it(`${text} → ${expected}`, () => expect(expand(text, { A: '1', B: '2' })).to.equal(expected));
  }
});

describe('environment of a container', () => {
  const build = (container: Partial<Container>) =>
    buildEnvironment({
      ...known,
      pod: pod(),
      container: { name: 'web', ...container },
      base: { PATH: '/bin', HOST: '127.1.0.1' },
      nodeResources: {},
    });

  it('takes envFrom with its prefix, then env, each seeing what stands before it', () => {
    const result = build({
      envFrom: [{ prefix: 'APP_', configMapRef: { name: 'settings' } }, { secretRef: { name: 'keys' } }],
      env: [
        { name: 'URL', value: 'http://$(HOST)/$(APP_size)' },
        { name: 'AGAIN', value: '$(URL)?' },
        { name: 'HOST', value: 'mine' },
      ],
    });
    expect(result.ok && result.env).to.deep.equal({
      PATH: '/bin',
      HOST: 'mine',
      APP_size: '10',
      APP_mode: 'fast',
      token: 's3cret',
      URL: 'http://127.1.0.1/10',
      AGAIN: 'http://127.1.0.1/10?',
    });
  });

  it('reads keys and fields', () => {
    const from = (valueFrom: NonNullable<Container['env']>[number]['valueFrom']) =>
      build({ env: [{ name: 'X', ...(valueFrom ? { valueFrom } : {}) }] });
    const value = (valueFrom: Parameters<typeof from>[0]) => {
      const result = from(valueFrom);
      return result.ok ? result.env.X : result.message;
    };
    expect(value({ configMapKeyRef: { name: 'settings', key: 'size' } })).to.equal('10');
    expect(value({ secretKeyRef: { name: 'keys', key: 'token' } })).to.equal('s3cret');
    expect(value({ fieldRef: { fieldPath: 'status.podIP' } })).to.equal('127.1.0.1');
    expect(value({ fieldRef: { fieldPath: "metadata.labels['app']" } })).to.equal('web');
    expect(value({ configMapKeyRef: { name: 'settings', key: 'no', optional: true } })).to.equal(undefined);
    expect(value({ configMapKeyRef: { name: 'settings', key: 'no' } })).to.equal(
      "couldn't find key no in configmap settings",
    );
    expect(value({ secretKeyRef: { name: 'no', key: 'x' } })).to.equal('secret "no" not found');
    expect(value({ fieldRef: { fieldPath: 'spec.nowhere' } })).to.contain('is not supported');
  });

  it('names the Services of its namespace by what is really bound', () => {
    const row = (namespace: string, service: string, portName: string, port: number) => ({
      namespace,
      service,
      portName,
      servicePort: 80,
      host: '127.200.0.7',
      port,
    });
    expect(
      serviceEnvironment([row('shop', 'my-web', 'http', 31080), row('other', 'db', '', 5432)], 'shop'),
    ).to.deep.equal({
      MY_WEB_SERVICE_HOST: '127.200.0.7',
      MY_WEB_SERVICE_PORT: '31080',
      MY_WEB_SERVICE_PORT_HTTP: '31080',
    });
  });
});

describe('a reference to a Service', () => {
  const service = (name: string, spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec,
  });
  const services = [
    service('my-db', { clusterIP: '127.200.0.9', ports: [{ port: 5432, name: 'sql' }] }),
    service('headless', { clusterIP: 'None', ports: [{ port: 80 }] }),
  ];
  const fault = (text: string, env: Record<string, string> = {}) => unservedReference([text], env, services);

  it('that exists and is not served here yet is one to wait for', () => {
    for (const name of ['MY_DB_SERVICE_HOST', 'MY_DB_SERVICE_PORT', 'MY_DB_SERVICE_PORT_SQL'])
      expect(fault(`tcp://$(${name})`)).to.equal(
        `$(${name}): Service "my-db" cannot be reached on this node yet`,
      );
  });

  it('that is served, is escaped, names nothing or a Service without address stays as Kubernetes leaves it', () => {
    expect(fault('$(MY_DB_SERVICE_HOST)', { MY_DB_SERVICE_HOST: '127.200.0.9' })).to.equal(undefined);
    for (const text of ['$$(MY_DB_SERVICE_HOST)', '$(OTHER_SERVICE_HOST)', '$(HEADLESS_SERVICE_HOST)'])
      expect(fault(text)).to.equal(undefined);
  });
});

describe('programs and addresses', () => {
  const place = scratch();
  after(() => place.dispose());

  it('says of a program that cannot be run why', () => {
    writeFileSync(join(place.path, 'notes'), '');
    expect(findProgram('sh', '/', '/nowhere:/bin')).to.deep.equal({ ok: true, path: '/bin/sh' });
    const message = (name: string) => (findProgram(name, place.path, '/bin') as { message: string }).message;
    expect(message('nope')).to.contain('"nope" is not found in PATH');
    expect(message('./nope')).to.contain('does not exist');
    expect(message('./notes')).to.contain('is not executable');
  });

  it('gives every address of the range once before one comes again', () => {
    const taken = new Set<string>();
    let last: string | undefined;
    for (let n = 0; n < 600; n++) {
      last = nextAddress('127.9.0.0/22', taken, last);
      if (last) taken.add(last);
    }
    expect(taken.size).to.equal(600);
    expect(
      [...taken].every((address) => /^127\.9\.[0-3]\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address)),
    ).to.equal(true);
    expect(nextAddress('127.9.0.0/30', new Set(['127.9.0.1', '127.9.0.2', '127.9.0.3']), undefined)).to.equal(
      undefined,
    );
    expect(nextAddress('127.9.0.0/24', new Set(['127.9.0.6']), '127.9.0.5')).to.equal('127.9.0.7');
  });

  it('finds a port by number or by name', () => {
    const container = { name: 'web', ports: [{ name: 'http', containerPort: 8080 }] };
    expect(reach('127.1.0.1', 'http', container)).to.deep.equal({ host: '127.1.0.1', port: 8080 });
    expect(reach('127.1.0.1', 9, container)).to.deep.equal({ host: '127.1.0.1', port: 9 });
    expect(reach('127.1.0.1', 'grpc', container)).to.equal(undefined);
  });
});

describe('files of a container', () => {
  const place = scratch();
  after(() => place.dispose());
  const volumes = join(place.path, 'volumes');
  const root = join(place.path, 'root');
  const write = (size: string) =>
    writeVolumes(volumes, {
      ...known,
      pod: pod({
        volumes: [
          { name: 'settings', configMap: { name: 'settings' } },
          {
            name: 'keys',
            secret: { secretName: 'keys', items: [{ key: 'token', path: 'deep/token', mode: 0o400 }] },
          },
          { name: 'work', emptyDir: {} },
        ],
      }),
      configMaps: new Map([['settings', object('settings', { size })]]),
    });
  const container: Container = {
    name: 'web',
    volumeMounts: [
      { name: 'settings', mountPath: '/etc/app' },
      { name: 'keys', mountPath: '/keys/token', subPath: 'deep/token' },
      { name: 'work', mountPath: 'work' },
    ],
  };

  it('stand below its root where they are mounted, with their modes', () => {
    expect(write('10')).to.equal(undefined);
    expect(mountVolumes(root, volumes, container)).to.equal(undefined);
    expect(readFileSync(join(root, 'etc/app/size'), 'utf8')).to.equal('10');
    expect(readFileSync(join(root, 'keys/token'), 'utf8')).to.equal('s3cret');
    expect(statSync(join(root, 'keys/token')).mode & 0o777).to.equal(0o400);
    expect(statSync(join(root, 'work')).isDirectory()).to.equal(true);
  });

  it('follow a ConfigMap by one replaced link, and are left alone when nothing changed', () => {
    const link = () => readlinkSync(join(volumes, 'settings', '..data'));
    const before = link();
    write('10');
    expect(link()).to.equal(before);
    write('20');
    expect(link()).to.not.equal(before);
    expect(readFileSync(join(root, 'etc/app/size'), 'utf8')).to.equal('20');
  });

  it('are refused where they would lie inside another mount or leave their volume', () => {
    const mounts = (...volumeMounts: NonNullable<Container['volumeMounts']>) =>
      mountVolumes(join(place.path, 'other'), volumes, { name: 'web', volumeMounts });
    expect(mounts({ name: 'work', mountPath: '/a' }, { name: 'settings', mountPath: '/a/b' })).to.contain(
      'inside another mount',
    );
    expect(mounts({ name: 'work', mountPath: '/a', subPath: '../../x' })).to.contain('leaves the volume');
  });

  it('take a slash at the end of a path for nothing, never leave the root, and refuse the root itself', () => {
    const elsewhere = join(place.path, 'slashes');
    const mount = (mountPath: string) =>
      mountVolumes(elsewhere, volumes, { name: 'web', volumeMounts: [{ name: 'settings', mountPath }] });
    expect(mount('/etc/app/')).to.equal(undefined);
    expect(readlinkSync(join(elsewhere, 'etc/app'))).to.equal(join(volumes, 'settings'));
    expect(mount('/../../up')).to.equal(undefined);
    expect(readlinkSync(join(elsewhere, 'up'))).to.equal(join(volumes, 'settings'));
    for (const path of ['/', '.', '/..']) expect(mount(path), path).to.contain('cannot be shown');
    expect(statSync(elsewhere).isDirectory()).to.equal(true);
  });

  it('say which source of a volume is not supported', () => {
    const fault = writeVolumes(volumes, {
      ...known,
      pod: pod({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'x' } }] }),
    });
    expect(fault).to.contain('volume "data": persistentVolumeClaim is not supported');
  });
});

describe('times of a log', () => {
  const place = scratch();
  after(() => place.dispose());
  const fresh = (name: string): string => {
    mkdirSync(join(place.path, name));
    return join(place.path, name, 'log');
  };

  it('are those of the first look after the bytes came, and outlive the agent', () => {
    const log = fresh('a');
    const index = openLogIndex(log);
    const start = Date.now() + 60_000;
    writeFileSync(log, 'one\n');
    index.look(start);
    const first = index.timeOf(0, 0);
    writeFileSync(log, 'two\n', { flag: 'a' });
    index.look(start + 1_000);
    const again = openLogIndex(log);
    expect(again.timeOf(0, 0)).to.equal(first);
    expect(again.timeOf(4, 0)).to.be.at.least(first);
    expect(again.timeOf(8, 42)).to.equal(42);
    expect(again.offsetSince(0)).to.equal(0);
    expect(again.offsetSince(start + 2_000)).to.equal(8);
  });

  it('go on when the beginning of a log is given back, and places in it stay what they were', async () => {
    const log = fresh('rotated');
    const index = openLogIndex(log);
    const start = Date.now() + 60_000;
    const line = (i: number): string => `line ${String(i).padStart(94, '0')}\n`;
    for (let i = 0; i < 20; i++) {
      const lines = Array.from({ length: 1_000 }, (_, j) => line(i * 1_000 + j));
      writeFileSync(log, lines.join(''), { flag: 'a' });
      index.look(start + i * 1_000);
    }
    const limits = { maxBytes: 1_000_000, keptBytes: 500_050 };
    expect(await rotate(log, silentLogger, limits)).to.equal(true);
    const begin = beginOf(log);
    index.forget(begin);
    expect(begin).to.equal(1_500_000);
    expect(statSync(log).size).to.equal(2_000_000);
    expect(statSync(log).blocks * 512).to.be.lessThan(700_000);
    expect(readFileSync(log).subarray(begin).toString('utf8').startsWith(line(15_000))).to.equal(true);
    expect(offsetOfTail(log, 1_000_000, begin)).to.equal(begin);
    const kept = index.timeOf(begin, 0);
    expect(openLogIndex(log).timeOf(begin, 0)).to.equal(kept).and.to.be.greaterThan(0);
    writeFileSync(log, 'more\n', { flag: 'a' });
    index.look(start + 60_000);
    expect(offsetOfTail(log, 1, begin)).to.equal(2_000_000);
    expect(await rotate(log, silentLogger, limits)).to.equal(false);
  });

  it('of one pod have one bound together, however many containers it has', () => {
    for (const containers of [1, 2, 3, 10, 100]) {
      const { maxBytes, keptBytes } = limitsFor(containers);
      expect(2 * containers * maxBytes).to.be.at.most(100 * 2 ** 20);
      expect(keptBytes).to.be.within(0.5 * maxBytes, 0.9 * maxBytes);
    }
    expect(limitsFor(1).maxBytes, 'what the kubelet keeps of a container').to.equal(50 * 2 ** 20);
  });

  it('of a container that ended while no agent looked are cut back by the next one', async () => {
    const log = fresh('ended');
    writeFileSync(log, '');
    truncateSync(log, 60 * 2 ** 20);
    const ref = { pod: 'uid', container: 'main', attempt: 0 };
    const runtime = { attempts: () => [{ ref }], logFile: () => log } as unknown as ContainerRuntime;
    const clock = new FakeClock();
    const pods = () => [{ uid: 'uid', containers: 1, running: [] }];
    const logs = createLogs({ runtime, clock, logger: silentLogger, pods });
    await clock.advance(250);
    await until('its beginning is given back', () => beginOf(log) === 20 * 2 ** 20);
    logs.stop();
  });

  it('finds where the last lines begin, whether or not the last one is ended', () => {
    const log = fresh('b');
    const lines = Array.from({ length: 30_000 }, (_, n) => `line ${n}`);
    for (const end of ['', '\n']) {
      const text = lines.join('\n') + end;
      writeFileSync(log, text);
      for (const count of [0, 1, 2, 9_999, 30_000, 40_000]) {
        const expected = count === 0 ? '' : lines.slice(-count).join('\n') + end;
        expect(text.slice(offsetOfTail(log, count)) === expected, `${count} lines`).to.equal(true);
      }
    }
  });
});
