import { spawnSync } from 'node:child_process';
import { fetchText, statusOf } from '../e2e/harness.ts';
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
    input:
      'a good version beside a pod on every address, then one that exits before it listens: who is left does not answer for it',
    async run(target) {
      // The good version first: beside a socket on every address nobody can bind the port.
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
