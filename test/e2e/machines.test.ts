import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { eventually, main, Pilotage } from './harness.ts';
import { type Machine, mayMakeNetworks, TwoMachines } from './networks.ts';
import { cleanEnv, run } from './processes.ts';

/** Answers with its node, and with as many bytes as were asked for or sent. */
const SERVER = `
require('http').createServer(async (q, s) => {
  s.setHeader('Connection', 'close');
  let got = 0;
  for await (const piece of q) got += piece.length;
  const { length } = Object.fromEntries(new URL(q.url, 'http://x').searchParams);
  if (length) return s.end('x'.repeat(Number(length)));
  s.end(process.env.NODE + ' ' + got + '\\n');
}).listen(process.env.PORT, process.env.HOST, () => console.log('up on ' + process.env.NODE));`;
const labels = { app: 'web' };
const OBJECTS = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 1,
            tolerations: [
              {
                key: 'node.kubernetes.io/unreachable',
                operator: 'Exists',
                effect: 'NoExecute',
                tolerationSeconds: 0,
              },
            ],
            containers: [
              {
                name: 'web',
                image: 'host',
                command: ['node', '-e', SERVER],
                env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
                ports: [{ containerPort: 8080 }],
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { type: 'NodePort', selector: labels, ports: [{ port: 8080 }] },
    },
  ],
};

describe('e2e: nodes on two machines', function () {
  this.timeout(180_000);
  let machines: TwoMachines;
  let pilotage: Pilotage;
  let agent: ChildProcess | undefined;
  let clusterIP = '';
  const log: string[] = [];

  before(async function () {
    if (!(await mayMakeNetworks())) {
      console.warn(
        '      network namespaces cannot be made here (root, iproute2): nodes on two machines are not tested',
      );
      return this.skip();
    }
    machines = await TwoMachines.make();
    pilotage = await Pilotage.start(machines.a.under, undefined, undefined, [
      '--api',
      `${machines.a.address}:0`,
    ]);
    const made = await machines.a.run(
      process.execPath,
      main,
      'node',
      'token',
      '--data-dir',
      pilotage.dataDir,
    );
    expect(made.code, made.stderr).to.equal(0);
    startAgent(...made.stdout.trim().split(' ').slice(2), '--node-name', 'b', '--engine', 'none');
    await eventually('b is ready', async () => /^b +Ready/m.test(await kubectl('get', 'nodes')));
    const file = join(pilotage.dir, 'objects.json');
    await writeFile(file, JSON.stringify(OBJECTS));
    await kubectl('apply', '-f', file);
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    clusterIP = await kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}');
  });
  after(async () => {
    agent?.kill('SIGKILL');
    if (pilotage) {
      await run(process.execPath, [main, 'down', '--data-dir', dataDirOfB()]);
      await pilotage.stop();
    }
    await machines?.remove();
  });

  const dataDirOfB = () => join(pilotage.dir, 'b');

  function startAgent(...options: readonly string[]): void {
    const [command = '', ...args] = machines.b.under;
    agent = spawn(
      command,
      [...args, process.execPath, main, 'agent', '--data-dir', dataDirOfB(), ...options],
      {
        env: cleanEnv({}),
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    if (agent.stderr) createInterface({ input: agent.stderr }).on('line', (line) => log.push(line));
  }

  async function kubectl(...args: readonly string[]): Promise<string> {
    const config = ['--kubeconfig', pilotage.ready.kubeconfig];
    const { code, stdout, stderr } = await machines.a.run('kubectl', ...config, ...args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  const curl = async (from: Machine, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await from.run(
      'curl',
      '--silent',
      '--show-error',
      '--max-time',
      '20',
      ...args,
    );
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  async function answering(from: Machine, count = 6): Promise<string[]> {
    const nodes = new Set<string>();
    for (let i = 0; i < count; i++)
      nodes.add((await curl(from, `http://${clusterIP}:8080`)).split(' ')[0] ?? '');
    return [...nodes].sort();
  }
  const podOn = async (node: string): Promise<string> =>
    kubectl(
      'get',
      'pods',
      '--field-selector',
      `spec.nodeName=${node}`,
      '-o',
      'jsonpath={.items[0].metadata.name}',
    );

  it('share the pods, and a Service reaches all of them from each', async () => {
    const a = (await kubectl('get', 'nodes', '-o', 'name')).match(/node\/(?!b$)(\S+)/m)?.[1] ?? '';
    const both = [a, 'b'].sort();
    for (const [name, machine] of Object.entries({ a: machines.a, b: machines.b }))
      await eventually(
        `from ${name}, pods of both answer`,
        async () => `${await answering(machine)}` === `${both}`,
      );
  });

  it('carry large requests and answers whole, in both directions', async () => {
    const size = 3_000_000;
    for (const from of [machines.a, machines.b]) {
      for (let i = 0; i < 2; i++) {
        expect(await curl(from, `http://${clusterIP}:8080/?length=${size}`)).to.have.length(size);
        const file = join(pilotage.dir, 'body');
        await writeFile(file, 'y'.repeat(size));
        expect(await curl(from, '--data-binary', `@${file}`, `http://${clusterIP}:8080`)).to.contain(
          ` ${size}\n`,
        );
      }
    }
  });

  it('need no port of the second machine for logs, commands and traffic, and open none there for node ports', async () => {
    const pod = await podOn('b');
    expect(await kubectl('logs', pod)).to.equal('up on b\n');
    expect(await kubectl('exec', pod, '--', 'sh', '-c', 'echo here $NODE')).to.equal('here b\n');
    const { stdout } = await machines.b.run('ss', '-Hltn');
    const listening = stdout
      .split('\n')
      .filter((line) => line && !/ 127\.\d+\.\d+\.\d+:| \[::1\]:/.test(line));
    expect(listening).to.deep.equal([]);
  });

  it('reach the API by its Service, wherever that is', async () => {
    const asked = 'curl -sk https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/version';
    expect(await kubectl('exec', await podOn('b'), '--', 'sh', '-c', asked)).to.contain('gitVersion');
  });

  it('a node that is cut off keeps its pods, which run elsewhere meanwhile, and is back by itself', async () => {
    const address = await kubectl('get', 'pod', await podOn('b'), '-o', 'jsonpath={.status.podIP}');
    await machines.cable('down');
    await eventually('b is lost', async () => /^b +NotReady/m.test(await kubectl('get', 'nodes')), 90_000);
    await eventually('both pods run here', async () => {
      const rows = await kubectl(
        'get',
        'pods',
        '-o',
        'jsonpath={range .items[*]}{.spec.nodeName} {.status.containerStatuses[0].ready}{"\\n"}{end}',
      );
      return rows.split('\n').filter((row) => row.endsWith(' true') && !row.startsWith('b ')).length === 2;
    });
    expect(await answering(machines.a)).to.have.length(1);
    expect(await curl(machines.b, `http://${address}:8080`)).to.equal('b 0\n');
    await machines.cable('up');
    await eventually('b is back', async () => /^b +Ready/m.test(await kubectl('get', 'nodes')), 60_000);
    await eventually(
      'the pod that was replaced is gone',
      async () => (await podOn('b').catch(() => '')) === '',
      60_000,
    );
  });
});
