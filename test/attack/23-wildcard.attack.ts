import { spawnSync } from 'node:child_process';
import { fetchText, type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import { deliver, expectSaid, push, withoutProbes } from './deliver.ts';

/** As Express listens when it is given a port only. */
const EVERYWHERE = (text: string): string => text.replace(', process.env.HOST', '');
const REMEDY =
  /listens on port \d+ of every\s+address.*app\.listen\(PORT,\s+HOST\)|Listen on \$HOST|listen on \$HOST/s;

const PYTHON = `import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'python')
http.server.ThreadingHTTPServer((os.environ['HOST'], int(os.environ['PORT'])), Handler).serve_forever()
`;

const later = (text: string): string =>
  text.replace(/server\.listen\(.*\);/, (listen) => `setTimeout(() => { ${listen} }, 3500);`);

/** Takes the port on every address as soon as nobody has it on one. */
const SQUATTER = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'squatter' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'main',
        image: 'host',
        command: [
          'node',
          '-e',
          `const server = require('node:http').createServer((_, response) => response.end('squatter'));
           server.on('error', () => setTimeout(() => server.listen(8128), 2)).listen(8128);
           server.on('listening', () => console.log('I have it'));`,
        ],
      },
    ],
  },
};

/** Asks a service whose only pod has just crashed until it answers again; nobody else may. */
async function beforeItIsBack(target: Pilotage, url: string): Promise<string> {
  await fetchText(`${url}/crash`).catch(() => undefined);
  const began = Date.now();
  for (let refused = 0; Date.now() - began < 30_000; refused++) {
    const answer = await fetchText(`${url}/`).catch(() => undefined);
    if (answer?.text.includes('squatter'))
      throw new Error(`the squatter answered after ${Date.now() - began} ms`);
    if (answer?.status !== 200) continue;
    const { stdout } = await target.kubectl('logs', 'squatter');
    if (!stdout.includes('I have it')) continue;
    await target.kubectl('delete', 'pod/squatter', '--timeout=10s');
    return `${refused} requests refused, none answered by the other; it makes way, and the pod is back after ${Date.now() - began} ms`;
  }
  throw new Error('it did not come back, or the other never had the port');
}

export const attacks: readonly Attack[] = [
  {
    input: 'the same program without probes',
    async run(target) {
      const pushed = await deliver(target, 'everywhere-bare', async (work) => {
        await work.edit('app/server.js', EVERYWHERE);
        await withoutProbes(work);
        await work.edit('chart/templates/deployment.hbs', (text) => text.replaceAll('8080', '8124'));
      });
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      expectSaid(pushed, REMEDY, 15_000);
      return `ListensOnWildcard, with the remedy (${pushed.ms} ms)`;
    },
  },
  {
    input: 'the same, listening only 3.5 s after its start: nobody has seen its socket before',
    async run(target) {
      const pushed = await deliver(target, 'everywhere-late', async (work) => {
        await work.edit('app/server.js', (text) => later(EVERYWHERE(text)));
        await withoutProbes(work);
        await work.edit('chart/templates/deployment.hbs', (text) => text.replaceAll('8080', '8127'));
      });
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      expectSaid(pushed, REMEDY, 30_000);
      return `ListensOnWildcard, with the remedy (${pushed.ms} ms)`;
    },
  },
  {
    input: 'a program without probes that listens on its own address 3.5 s after its start',
    async run(target) {
      const pushed = await deliver(target, 'late', async (work) => {
        await work.edit('app/server.js', later);
        await withoutProbes(work);
      });
      if (pushed.ms < 3_500) throw new Error(`healthy before it listened:\n${pushed.said}`);
      return expectSaid(pushed, /is healthy/, 30_000);
    },
  },
  {
    input: 'a program without probes that listens on none of the ports that it declares',
    async run(target) {
      const pushed = await deliver(target, 'silent', async (work) => {
        await work.write('app/server.js', 'setInterval(() => {}, 1000);');
        await withoutProbes(work);
      });
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      return expectSaid(
        pushed,
        /NotListening: pod \S+\s+container web declares port 8080 and does not listen on it/,
        60_000,
      );
    },
  },
  {
    input: 'a pod that crashes while another waits for its port on every address: its service',
    async run(target) {
      const good = await deliver(target, 'crashed', async (work) => {
        await work.edit('chart/templates/deployment.hbs', (text) =>
          text.replaceAll('8080', '8128').replace(/replicas: .*/, 'replicas: 1'),
        );
        await work.edit('app/server.js', (text) =>
          text.replace(
            "if (request.url === '/healthz')",
            "if (request.url === '/crash') process.exit(1);\n  $&",
          ),
        );
      });
      expectSaid(good, /is healthy/, 20_000);
      const url = (await statusOf(target, 'crashed', 'dev'))?.urls[0] ?? '';
      // It declares no port, so that it need not make way before somebody asks for it.
      await target.applyJson(SQUATTER);
      const ready = await target.kubectl('wait', 'pod/squatter', '--for=condition=Ready', '--timeout=20s');
      if (ready.code !== 0) throw new Error(ready.stderr);
      return beforeItIsBack(target, url);
    },
  },
  {
    input: 'a program that listens on every address, with a readiness probe',
    async run(target) {
      const pushed = await deliver(target, 'everywhere', async (work) => {
        await work.edit('app/server.js', EVERYWHERE);
        await work.edit('chart/templates/deployment.hbs', (text) => text.replaceAll('8080', '8123'));
      });
      if (/is healthy/.test(pushed.said)) throw new Error(`called healthy:\n${pushed.said}`);
      expectSaid(pushed, REMEDY, 15_000);
      const why = await target.cli('why', 'everywhere/dev');
      const status = await statusOf(target, 'everywhere', 'dev');
      for (const text of [why.stdout, status?.message ?? ''])
        if (!REMEDY.test(text)) throw new Error(`not said: ${text}`);
      return `ListensOnWildcard, with the remedy (${pushed.ms} ms)`;
    },
  },
  {
    input: 'a good version, then one that exits before it listens: who is left answers, and not for it',
    async run(target) {
      const good = await deliver(target, 'good', (work) =>
        work.edit('chart/templates/deployment.hbs', (text) => text.replaceAll('8080', '8125')),
      );
      expectSaid(good, /is healthy/, 20_000);
      await good.work.write(
        'app/server.js',
        "setTimeout(() => { console.error('Error: no config'); process.exit(1); }, 300);",
      );
      await good.work.commit('exits');
      const broken = await push(good.work);
      if (/is healthy/.test(broken.said)) throw new Error(`called healthy:\n${broken.said}`);
      const { urls } = (await statusOf(target, 'good', 'dev')) ?? { urls: [] };
      const { status } = await fetchText(`${urls[0]}/healthz`);
      if (status !== 200) throw new Error(`the old pods do not serve: ${status}`);
      return expectSaid(broken, /PodsFailing.*no config/s, 20_000);
    },
  },
  {
    input: 'a correct Python program on the port of a pod that listens on every address',
    async run(target) {
      if (spawnSync('python3', ['--version']).status !== 0) return 'no python3 here';
      const squatter = await deliver(target, 'squatter', async (work) => {
        await work.edit('app/server.js', EVERYWHERE);
        await work.edit('chart/templates/deployment.hbs', (text) => text.replaceAll('8080', '8126'));
      });
      const pushed = await deliver(target, 'python', async (work) => {
        await work.write('app/main.py', PYTHON);
        await work.edit('chart/templates/deployment.hbs', (text) =>
          text.replaceAll('8080', '8126').replace('[node, server.js]', '[python3, main.py]'),
        );
      });
      expectSaid(pushed, /PortTaken: port 8126 is answered by pod\s+squatter-dev/, 40_000);
      expectSaid(pushed, /is healthy/, 40_000);
      const { urls } = (await statusOf(target, 'python', 'dev')) ?? { urls: [] };
      const { text } = await fetchText(`${urls[0]}/`);
      if (text !== 'python') throw new Error(`somebody else answers: ${text}`);
      await squatter.work.edit('app/server.js', (text) => text.replace('PORT)', 'PORT), process.env.HOST'));
      await squatter.work.commit('as the remedy says');
      expectSaid(await push(squatter.work), /is healthy/, 40_000);
      return 'the other makes way; healthy, and so is the other once it is mended';
    },
  },
];
