import { expect } from 'chai';
import { STARTERS, type Starter } from '../../src/charts/starters.ts';
import { eventually, fetchText, main, Pilotage, type Work } from './harness.ts';
import { run } from './processes.ts';

const SERVER = (answer: string) => `
const { createServer } = require('node:http');
createServer((request, response) => response.end(String(${answer}))).listen(process.env.PORT, process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
`;

/** What a team has when it starts: a program, and nothing of Pilotage. */
const PROGRAMS: Readonly<Record<Starter, Readonly<Record<string, string>>>> = {
  web: { 'server.js': SERVER('"the web"') },
  worker: {
    'work.js':
      "console.log('at work'); setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0));",
  },
  cronjob: { 'job.js': "console.log('all cleaned up');" },
  stateful: {
    'store.js': `const { DATA, PILOTAGE_ROOT = '' } = process.env;
require('node:fs').appendFileSync(PILOTAGE_ROOT + DATA + '/starts', 'x');${SERVER("require('node:fs').readFileSync(PILOTAGE_ROOT + DATA + '/starts', 'utf8').length")}`,
  },
  static: { 'index.html': '<h1>A site</h1>', 'news/index.html': 'News', '.env': 'PASSWORD=hunter2' },
  'site-with-database': {
    'server.js': `const { DATABASE_HOST, DATABASE_PORT, DATABASE_PASSWORD } = process.env;${SERVER('DATABASE_PASSWORD + " at " + DATABASE_HOST + ":" + DATABASE_PORT')}`,
    'database/db.js':
      "require('node:net').createServer((socket) => socket.on('error', () => {}).end('db')).listen(process.env.PORT, process.env.HOST);",
  },
};
const COMMANDS: Partial<Record<Starter, string>> = {
  web: 'node server.js',
  worker: 'node work.js',
  cronjob: 'node job.js',
  stateful: 'node store.js',
  'site-with-database': 'node server.js',
};

/** Whoever starts with a program alone: `pilotage init --starter …`, git push, and it runs. */
describe('e2e: the charts to start from', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage?.stop());

  async function begin(starter: Starter): Promise<Work> {
    const work = await pilotage.repository(starter, '../../../charts/web');
    await work.git('rm', '--quiet', '-r', '.');
    for (const [file, text] of Object.entries(PROGRAMS[starter])) await work.write(file, text);
    const command = COMMANDS[starter];
    const words = [
      'init',
      '--name',
      starter,
      '--starter',
      starter,
      ...(command ? ['--command', command] : []),
    ];
    const { code, stdout, stderr } = await run(process.execPath, [main, ...words], {
      ...{ cwd: work.dir, env: { PILOTAGE_DATA_DIR: pilotage.dataDir } },
    });
    expect(code, stdout + stderr).to.equal(0);
    return work;
  }
  async function deliver(work: Work): Promise<string> {
    await work.commit('deliver');
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('-dev is healthy');
    return stderr;
  }
  const urlIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
  const kubectl = async (starter: Starter, ...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await pilotage.kubectl('-n', `${starter}-dev`, ...args);
    expect(code, stderr).to.equal(0);
    return stdout;
  };

  it('are all walked here', () => expect(Object.keys(PROGRAMS)).to.deep.equal(Object.keys(STARTERS)));

  it('web answers at the address that the push names', async () => {
    const said = await deliver(await begin('web'));
    expect((await fetchText(urlIn(said))).text).to.equal('the web');
  });

  it('worker works, and listens nowhere', async () => {
    await deliver(await begin('worker'));
    expect(await kubectl('worker', 'logs', 'deployment/worker')).to.equal('at work\n');
    expect(await kubectl('worker', 'get', 'services', '-o', 'name')).to.equal('');
  });

  it('cronjob is delivered at once, and runs when it is asked to', async () => {
    await deliver(await begin('cronjob'));
    await kubectl('cronjob', 'create', 'job', 'now', '--from=cronjob/cronjob');
    await kubectl('cronjob', 'wait', 'job/now', '--for=condition=complete', '--timeout=30s');
    expect(await kubectl('cronjob', 'logs', 'job/now')).to.equal('all cleaned up\n');
  });

  it('stateful finds its volume again', async () => {
    const work = await begin('stateful');
    await work.edit('chart/templates/service.hbs.yaml', (text) =>
      text.replace('clusterIP: None', 'type: NodePort'),
    );
    const url = urlIn(await deliver(work));
    expect((await fetchText(url)).text).to.equal('1');
    await kubectl('stateful', 'delete', 'pod', 'stateful-0');
    await eventually('it has started again', async () => (await fetchText(url)).text === '2');
  });

  it('static serves files, and neither hidden ones nor what lies beside them', async () => {
    const url = urlIn(await deliver(await begin('static')));
    const get = async (path: string) => {
      const { status, text } = await fetchText(url + path);
      return [status, text];
    };
    expect(await get('/')).to.deep.equal([200, '<h1>A site</h1>']);
    expect(await get('/news/')).to.deep.equal([200, 'News']);
    expect((await get('/news'))[0]).to.equal(301);
    for (const path of ['/.env', '/..%2f..%2fetc/passwd', '/nowhere', '/%00'])
      expect(await get(path), path).to.deep.equal([404, 'Not found\n']);
    expect((await get('/%E0%A4%A'))[0]).to.equal(400);
  });

  it('site-with-database makes a password, and is told where its database is', async () => {
    const work = await begin('site-with-database');
    // No engine here that could run PostgreSQL: a program that listens stands in for it.
    await work.edit('pilotage.yaml', (text) =>
      text.replace('  images:\n', '  images:\n    database: {path: database}\n'),
    );
    await work.edit('chart/values.yaml', (text) =>
      text.replace('database:\n  enabled', 'database:\n  command: [node, db.js]\n  enabled'),
    );
    const url = urlIn(await deliver(work));
    const told = (await fetchText(url)).text;
    expect(told).to.match(/^[A-Za-z0-9]{32} at 127\.\d+\.\d+\.\d+:5432$/);
    await work.edit('chart/values.yaml', (text) => text.replace('replicas: 2', 'replicas: 3'));
    await deliver(work);
    expect((await fetchText(url)).text).to.equal(told);
  });
});
