import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { expect } from 'chai';
import { eventually, fetchText, Pilotage } from '../e2e/harness.ts';
import { freePort } from '../e2e/processes.ts';
import { client, fixture, program } from './programs.ts';
import { describeInTerminal, Terminal } from './terminal.ts';

/** Asks no release page whether there is a newer one. */
const CONFIG = 'k9s: { skipLatestRevCheck: true, ui: { logoless: true, splashless: true } }\n';

/** A person at k9s: keys are pressed, the screen is read. The steps build upon each other. */
describeInTerminal('k9s in a terminal', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: ReturnType<typeof client>;
  let terminal: Terminal;
  let log: string;

  before(async () => {
    pilotage = await Pilotage.start();
    k = client('kubectl', pilotage.ready.kubeconfig, pilotage.dir);
    await k.ok('apply', '-f', fixture('shop.yaml'), '-f', fixture('parcels.yaml'));
    await k.ok('rollout', 'status', 'deployment/web', '-n', 'shop', '--timeout=40s');
    const config = join(pilotage.dir, 'k9s');
    log = join(pilotage.dir, 'k9s.log');
    await mkdir(config);
    await writeFile(join(config, 'config.yaml'), CONFIG);
    const command = [program('k9s'), '-n', 'shop', '-c', 'deployments', '--logFile', log];
    terminal = await Terminal.open(pilotage.dir, command, {
      HOME: pilotage.dir,
      K9S_CONFIG_DIR: config,
      KUBECONFIG: pilotage.ready.kubeconfig,
      // It calls kubectl for a shell.
      PATH: [dirname(program('kubectl')), process.env.PATH].join(delimiter),
    });
  });
  after(async () => {
    await terminal?.close();
    await pilotage?.stop();
  });

  /** `:pods`, say; what is shown says so in its title. */
  const goTo = async (what: string, title: string): Promise<string> => {
    await terminal.type(':');
    await terminal.shows('🐶>');
    await terminal.type(what);
    await terminal.press('Enter');
    return terminal.shows(title);
  };
  const back = async (title: string): Promise<void> => {
    await terminal.press('Escape');
    await terminal.shows(title);
  };

  it('shows the Deployment and that it is ready', () => terminal.shows('deployments(shop)', /web +2\/2/));

  it('scales it', async () => {
    await terminal.type('s');
    await terminal.shows('Replicas:');
    await terminal.press('BSpace');
    await terminal.type('1');
    await terminal.press('Tab', 'Enter');
    await terminal.shows(/web +1\/1/);
  });

  it('shows its pods, and describes one', async () => {
    await goTo('pods', 'pods(shop)');
    await terminal.shows(/web-\S+ +● +1\/1 +Running/);
    await terminal.type('d');
    await terminal.shows('Describe(', 'Controlled By:');
    await back('pods(shop)');
  });

  it('shows it as YAML', async () => {
    await terminal.type('y');
    await terminal.shows('YAML(', 'apiVersion: v1');
    await back('pods(shop)');
  });

  it('follows its log', async () => {
    await terminal.type('l');
    await terminal.shows('Logs(', 'listening');
    await back('pods(shop)');
  });

  it('opens a shell in it', async () => {
    await terminal.type('s');
    await terminal.shows('<<K9s-Shell>>');
    await terminal.type('echo "in $APP as $((40 + 2))"');
    await terminal.press('Enter');
    await terminal.shows('in web as 42');
    await terminal.type('exit');
    await terminal.press('Enter');
    await terminal.shows('pods(shop)');
  });

  it('forwards a port to it', async () => {
    const port = await freePort();
    await terminal.type('F');
    await terminal.shows('<PortForward>', 'web::8080');
    await terminal.press('Tab', 'C-u');
    await terminal.type(String(port));
    await terminal.press('Tab', 'Tab', 'Enter');
    const { text } = await eventually('it answers', () => fetchText(`http://localhost:${port}/door`));
    expect(text).to.equal('from /door');
    await terminal.shows('pods(shop)');
  });

  it('deletes it, and shows the one that takes its place', async () => {
    const before = await k.ok('get', 'pods', '-n', 'shop', '-o', 'jsonpath={.items[*].metadata.name}');
    await terminal.press('C-d');
    await terminal.shows('<Delete>');
    await terminal.press('Tab', 'Enter');
    await eventually('another one runs', async () => {
      const screen = await terminal.screen();
      return /web-\S+ .* 1\/1 +Running/.test(screen) && !screen.includes(before);
    });
  });

  it('shows custom resources with their columns', async () => {
    await k.ok('apply', '-f', fixture('parcel.yaml'));
    await goTo('parcels', 'parcels(shop)');
    await terminal.shows('WEIGHT', /first +7 /);
    await goTo('crd', 'customresourcedefinitions(all)');
    await terminal.shows(/parcels +shop\.example +Parcel +v1 +Namespaced/);
  });

  it('shows what hangs together, down to the container', async () => {
    await goTo('xray deploy', 'Xray-Deployments');
    await terminal.shows(/web-\S+/);
  });

  for (const [what, title, ...seen] of [
    ['nodes', 'nodes(all)', 'Ready'],
    ['events', 'events(shop)', 'Scheduled'],
    ['services', 'services(shop)', 'ClusterIP'],
    ['helm', 'helm(shop)'],
    ['pulses', 'Pulses'],
  ] as const)
    it(`shows ${what}`, async () => {
      await goTo(what, title);
      await terminal.shows(...seen);
    });

  it('has no error in its log', async () => {
    const lines = (await readFile(log, 'utf8')).split('\n');
    expect(lines.filter((line) => /ERR/.test(line))).to.deep.equal([]);
  });
});
