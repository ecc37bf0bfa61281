import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { fetchText } from '../e2e/harness.ts';
import { commandLinesWith, run } from '../e2e/processes.ts';
import type { Attack } from './attack.ts';

const PASSWORD = 'correct-horse-battery';

/** All texts that are in some encoding in what an administrator of objects sees. */
function readings(text: string): string {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/=]{40,}/g)].map(([word]) => {
    const bytes = Buffer.from(word, 'base64');
    try {
      return gunzipSync(bytes).toString('utf8');
    } catch {
      return bytes.toString('utf8');
    }
  });
  return [text, ...decoded].join('\n');
}

export const attacks: readonly Attack[] = [
  {
    input: 'a delivery with a Secret in stringData',
    async run(target) {
      const work = await target.repository('secretive');
      const secret = `{apiVersion: v1, kind: Secret, metadata: {name: db}, stringData: {password: ${PASSWORD}}}\n`;
      await work.write('chart/templates/secret.hbs', secret);
      await work.commit('secret');
      await work.push();
      const kept = await target.kubectl('get', 'releases,environments,promotions,events', '-A', '-o', 'json');
      if (kept.code !== 0) throw new Error(kept.stderr);
      if (!kept.stdout.includes('"kind": "Release"')) throw new Error('there is no release');
      if (readings(kept.stdout).includes(PASSWORD)) throw new Error('a Release tells the password');
      const first = (
        await target.json<{ number: number; revision: string }[]>('history', 'secretive/dev')
      )[0];
      await work.edit('chart/templates/secret.hbs', (text) => text.replace(PASSWORD, 'other'));
      await work.commit('another');
      await work.push();
      const rolled = await target.cli('rollback', 'secretive/dev');
      if (rolled.code !== 0) throw new Error(rolled.stderr);
      await target.cli('wait', 'secretive/dev', '--timeout', '30s');
      const { stdout } = await target.kubectl(
        '-n',
        'secretive-dev',
        'get',
        'secret',
        'db',
        '-o',
        'jsonpath={.data.password}',
      );
      if (Buffer.from(stdout, 'base64').toString() !== PASSWORD) throw new Error(`rolled back to ${stdout}`);
      return `no value in release ${first?.number ?? 1}, and a rollback restores it`;
    },
  },
  {
    input: 'a node that reads a Secret which none of its pods refers to',
    async run(target) {
      await target.applyJson({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'foreign' },
        stringData: { a: 'b' },
      });
      const kubeconfig = join(target.dataDir, 'agent', 'kubeconfig');
      const asNode = (...args: string[]) =>
        run('kubectl', args, { env: { KUBECONFIG: kubeconfig, HOME: target.dir } });
      const answers = await Promise.all([
        asNode('get', 'secret', 'foreign', '-o', 'yaml'),
        asNode('get', 'secrets', '-A'),
        asNode('get', 'secrets', '-A', '--watch', '--request-timeout=2s'),
        asNode('get', 'configmaps', '-A'),
      ]);
      const answered = answers.filter(({ code, stderr }) => code === 0 || !/forbidden/i.test(stderr));
      if (answered.length > 0) throw new Error(JSON.stringify(answered));
      return 'forbidden, four times';
    },
  },
  {
    input: 'a user who reads the command lines of all processes',
    async run(target) {
      const { token } = JSON.parse(await readFile(join(target.dataDir, 'token.json'), 'utf8')) as {
        token: string;
      };
      const lines = await commandLinesWith(token);
      if (lines.length > 0) throw new Error(`the token is in ${lines[0]?.replace(token, '…')}`);
      return 'no token in any';
    },
  },
  {
    input: 'a web page that asks from another origin, or by a name of its own that leads here',
    async run(target) {
      const { hostname, port } = new URL(target.ready.http);
      const { status } = await fetchText(`http://${hostname}:${port}/healthz`);
      if (status !== 200) throw new Error(`healthz: ${status}`);
      const curl = (...headers: string[]) =>
        run('curl', [
          '-s',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          ...headers.flatMap((one) => ['-H', one]),
          `${target.ready.http}/api/v1/status`,
        ]);
      const { token } = JSON.parse(await readFile(join(target.dataDir, 'token.json'), 'utf8')) as {
        token: string;
      };
      const bearer = `Authorization: Bearer ${token}`;
      const codes = [
        (await curl(bearer)).stdout,
        (await curl(bearer, 'Origin: http://evil.example')).stdout,
        (await curl(bearer, 'Host: evil.example')).stdout,
      ];
      if (codes.join(' ') !== '200 403 403') throw new Error(codes.join(' '));
      return 'refused';
    },
  },
];
