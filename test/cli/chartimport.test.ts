import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

describe('chart import compose', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  };

  const COMPOSE = 'services:\n  web: {build: ./web, ports: ["80:80"]}\n  db: {image: postgres:17}\n';

  it('makes a chart that renders, and says what pilotage.yaml builds', async () => {
    write('shop/compose.yaml', COMPOSE);
    write('shop/web/Dockerfile', 'FROM scratch\n');
    const { code, stdout, stderr } = await run([
      ...['chart', 'import', 'compose', join(dir, 'shop/compose.yaml')],
      ...['--output', join(dir, 'made/chart')],
    ]);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout)
      .to.contain('wrote templates/web.yaml.hbs')
      .and.contain('web: {path: web, dockerfile: Dockerfile}');
    const values = [
      '--set',
      'images.web=registry.example.com/web:1',
      '--set',
      'services.db.image=postgres:18',
    ];
    const made = await run(['render', join(dir, 'made'), ...values]);
    expect([made.code, made.stderr]).to.deep.equal([0, '']);
    expect(made.stdout).to.contain('image: registry.example.com/web:1').and.contain('image: postgres:18');
  });

  it('leaves out what git ignores, and says so where it cannot ask', async () => {
    write(
      'shop/compose.yaml',
      'services: {db: {image: db, env_file: [{path: .env, required: false}], volumes: ["./c:/c"]}}\n',
    );
    write('shop/.gitignore', '.env\nc/pw.txt\nc/keys/\n');
    write('shop/.env', 'PW=hunter2\n');
    write('shop/c/a.txt', 'kept');
    for (const file of ['pw.txt', 'keys/a']) write(`shop/c/${file}`, 'hunter2');
    const made = async (output: string) => {
      const { code, stderr } = await run([
        'chart',
        'import',
        'compose',
        join(dir, 'shop'),
        '--output',
        join(dir, output),
      ]);
      const read = (path: string) => readFileSync(join(dir, output, path), 'utf8');
      return { code, stderr, text: read('values.yaml') + read('templates/db.yaml.hbs') };
    };
    const asked = await made('no-repository');
    expect(asked.stderr).to.contain('is in no repository of git');
    execFileSync('git', ['init', '-q', join(dir, 'shop')]);
    const { code, stderr, text } = await made('repository');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(text).to.contain('kept').and.not.contain('hunter2');
  });

  it('writes nothing where there is no compose file, and over no folder that exists', async () => {
    expect((await run(['chart', 'import', 'compose', dir])).stderr).to.contain('There is no compose file in');
    write('compose.yaml', COMPOSE);
    expect((await run(['chart', 'import', 'compose', dir, '--output', dir])).stderr).to.contain(
      'exists already',
    );
  });
});
