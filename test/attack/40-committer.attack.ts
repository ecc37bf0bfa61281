import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { cliAs, jsonAs, urlAs } from '../e2e/accounts.ts';
import { eventually, type Pilotage, statusOf, type Work } from '../e2e/harness.ts';
import { run } from '../e2e/processes.ts';
import type { Attack } from './attack.ts';
import {
  checkoutProd,
  config,
  deployed,
  gateOf,
  PLAIN,
  plainRepository,
  promoted,
  type Report,
  stillHeld,
  told,
  valueIn,
} from './promotion.ts';

const dev = '{name: dev, branch: main}';
const prod = (more: string) => `{name: prod, branch: prod, promotion: {from: dev${more}}}`;

/** dev and prod run one commit, and prod has these gates. */
async function begun(target: Pilotage, name: string, environments: string, by?: string): Promise<Work> {
  const work = await plainRepository(target, name, environments);
  await deployed(target, `${name}/dev`, await work.git('rev-parse', 'HEAD'));
  await promoted(target, name, by);
  return work;
}

/** What the audit log has of somebody's pushes to a delivery, refused ones too. */
async function recordedPushes(target: Pilotage, user: string, delivery: string): Promise<string> {
  let found = '';
  await eventually(`a push of ${user} is in the audit log`, async () => {
    const asked = ['--user', user, '--verb', 'push', '--delivery', delivery];
    const { stdout } = await target.cli('audit', ...asked);
    found = stdout;
    return stdout.includes(user);
  });
  return found;
}

/** Pushes as eve, who may push and nothing that guards prod. */
async function pushAs(target: Pilotage, work: Work, user: string, delivery: string, ref: string) {
  const at = `${await urlAs(target, user)}/git/${delivery}.git`;
  return run('git', ['push', at, ref], { cwd: work.dir });
}

interface Recorded {
  readonly spec: { readonly verify?: { readonly signatures: string }; readonly windows?: readonly object[] };
  readonly status: {
    readonly promotionPolicy?: { readonly gates: { readonly approvals?: number } };
    readonly measured?: readonly { readonly message: string }[];
  };
}

/** An Environment as it is recorded: `lifting.prod`. */
async function recorded(target: Pilotage, name: string): Promise<Recorded> {
  const { stdout } = await target.kubectl('-n', 'pilotage', 'get', 'environment', name, '-o', 'json');
  return JSON.parse(stdout) as Recorded;
}

const approvalsOf = (report: Report): string => gateOf(report, 'approvals');

export const attacks: readonly Attack[] = [
  {
    input: 'a push to dev takes the gates of prod away, and asks for promotions by themselves',
    async run(target) {
      const name = 'gateedits';
      const work = await begun(target, name, `\n${dev}\n${prod(', gates: {approvals: 1}')}`, 'bob');
      await work.write('pilotage.yaml', PLAIN(`\n${dev}\n${prod(', auto: true')}`));
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const evil = await work.commit('no gates');
      expect((await pushAs(target, work, 'eve', name, 'main')).code).to.equal(0);
      await deployed(target, `${name}/dev`, evil);
      const report = await target.json<Report>('promote', `${name}/prod`);
      expect(report.outcome).to.equal('Waiting');
      expect(approvalsOf(report)).to.match(/^0 of 1/);
      expect(approvalsOf(await jsonAs<Report>(target, 'eve', 'approve', `${name}/prod`))).to.contain(
        'own approval',
      );
      expect(await valueIn(target, `${name}-prod`)).to.equal('one');
      await recordedPushes(target, 'eve', name);
      return approvalsOf(report);
    },
  },
  {
    input: 'a push to prod itself lifts the windows, the signatures and the gates that keep it away',
    async run(target) {
      const name = 'lifting';
      const work = await begun(target, name, `\n${dev}\n${prod(', gates: {approvals: 1}')}`, 'bob');
      const [month] = [(new Date().getUTCMonth() + 6) % 12];
      const guarded = `{name: prod, branch: prod, verify: {signatures: required}, windows: [{cron: "0 0 1 ${month + 1} *", for: 1h}], promotion: {from: dev, gates: {approvals: 1}}}`;
      await work.write('pilotage.yaml', PLAIN(`\n${dev}\n${guarded}`));
      const strict = await work.commit('stricter');
      await work.push();
      await deployed(target, `${name}/dev`, strict);
      await jsonAs<Report>(target, 'bob', 'approve', `${name}/prod`);
      await target.json<Report>('promote', `${name}/prod`);
      await eventually(
        'what is stricter is in force',
        async () => (await recorded(target, `${name}.prod`)).spec.verify?.signatures === 'required',
      );
      await checkoutProd(work);
      await work.write('pilotage.yaml', PLAIN(`\n${dev}\n{name: prod, branch: prod}`));
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('all of it lifted');
      const { stderr } = await pushAs(target, work, 'eve', name, 'prod');
      expect(told(stderr)).to.contain('takes signed commits only');
      await stillHeld(target, `${name}/prod`);
      const { spec, status } = await recorded(target, `${name}.prod`);
      expect([
        spec.verify?.signatures,
        spec.windows?.length,
        status.promotionPolicy?.gates.approvals,
      ]).to.deep.equal(['required', 1, 1]);
      expect(await valueIn(target, `${name}-prod`)).to.equal('one');
      await recordedPushes(target, 'eve', name);
      return 'held, and everything is in force as it was';
    },
  },
  {
    input: 'an approval of one revision is used for another one with the same message and author',
    async run(target) {
      const name = 'reuse';
      const work = await begun(target, name, `\n${dev}\n${prod(', gates: {approvals: 1}')}`, 'bob');
      await work.write('k8s/a.yaml', config('a', 'two'));
      const good = await work.commit('release 2');
      await work.push();
      await deployed(target, `${name}/dev`, good);
      await jsonAs<Report>(target, 'bob', 'approve', `${name}/prod`);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const evil = await work.commit('release 2');
      await pushAs(target, work, 'eve', name, 'main');
      await deployed(target, `${name}/dev`, evil);
      const { code } = await cliAs(target, 'bob', 'approve', `${name}/prod`, '--revision', good);
      expect(code).to.equal(1);
      const { stdout } = await target.cli('why', `${name}/prod`);
      const trail = (await target.cli('audit', '--user', 'bob', '--delivery', `${name}/prod`)).stdout;
      expect(trail).to.contain('approve');
      expect(await valueIn(target, `${name}-prod`)).not.to.equal('evil');
      return stdout.split('\n')[0] ?? '';
    },
  },
  {
    input: 'messages with the trailers of Pilotage, of a sign-off and of another author',
    async run(target) {
      const name = 'trailers';
      const work = await begun(target, name, `\n${dev}\n${prod(', gates: {approvals: 1}')}`, 'bob');
      const first = await work.git('rev-parse', 'HEAD');
      await checkoutProd(work);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const lies = [
        `Pilotage-Promotes: dev@${first}`,
        `Pilotage-Reverts: dev@${first}`,
        `Pilotage-Backports: prod@${first}`,
        'Signed-off-by: bob <bob@example.com>',
        'Approved-by: bob <bob@example.com>',
      ].join('\n');
      const evil = await work.commit(`Promote dev to prod\n\n${lies}`);
      await pushAs(target, work, 'eve', name, 'prod');
      await stillHeld(target, `${name}/prod`);
      expect(await valueIn(target, `${name}-prod`)).to.equal('one');
      const report = await jsonAs<Report>(target, 'eve', 'approve', `${name}/prod`, '--revision', evil);
      expect(approvalsOf(report)).to.contain('eve’s own approval does not count');
      expect((await target.cli('why', `${name}/prod`)).stdout).to.contain('pushed by eve');
      await recordedPushes(target, 'eve', name);
      return approvalsOf(report);
    },
  },
  {
    input: 'a new environment names prod as its source, so that its gates run tests and ask Services there',
    async run(target) {
      const name = 'aimed';
      const test = JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'wipe', annotations: { 'helm.sh/hook': 'test' } },
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'host', command: ['true'] }] },
      });
      const work = await plainRepository(target, name, `\n${dev}\n${prod('')}`);
      await work.write('k8s/wipe.yaml', test);
      const withTest = await work.commit('a test for dev');
      await work.push();
      await deployed(target, `${name}/dev`, withTest);
      await promoted(target, name);
      const evil = `{name: evil, branch: evil, promotion: {from: prod, gates: {tests: [wipe], http: {service: web, path: "/wipe"}}}}`;
      await work.write('pilotage.yaml', PLAIN(`\n${dev}\n${prod('')}\n${evil}`));
      const asks = await work.commit('an environment of my own');
      await pushAs(target, work, 'eve', name, 'main');
      await deployed(target, `${name}/dev`, asks);
      let message = '';
      await eventually('it is said that nothing is asked there', async () => {
        message = (await recorded(target, `${name}.evil`)).status.measured?.[0]?.message ?? '';
        return message.includes('nothing is asked there');
      });
      const { stdout } = await target.kubectl('-n', `${name}-prod`, 'get', 'pods', '-o', 'name');
      expect(stdout).not.to.contain('wipe');
      await recordedPushes(target, 'eve', name);
      return message;
    },
  },
  {
    input: 'symbolic links and a submodule that lead out of the folder of prod',
    async run(target) {
      const name = 'links';
      const work = await begun(target, name, `\n${dev}\n${prod(', gates: {approvals: 1}')}`, 'bob');
      const before = await work.git('rev-parse', 'HEAD');
      await symlink('/etc/passwd', join(work.dir, 'k8s', 'passwd.yaml'));
      await symlink('../../../../../../etc', join(work.dir, 'k8s', 'etc'));
      await work.git('update-index', '--add', '--cacheinfo', `160000,${before},k8s/sub`);
      await work.git('add', 'k8s/passwd.yaml', 'k8s/etc');
      await work.git('commit', '-q', '-m', 'links');
      const linked = await work.git('rev-parse', 'HEAD');
      const { stderr } = await pushAs(target, work, 'eve', name, 'main');
      const { stdout } = await target.kubectl('get', 'configmaps', '-A', '-o', 'json');
      expect(stdout).not.to.contain('root:x:0');
      expect(stderr).not.to.contain('root:x:0');
      expect(await valueIn(target, `${name}-prod`)).to.equal('one');
      expect((await statusOf(target, name, 'prod'))?.deployedRevision).not.to.equal(linked);
      await recordedPushes(target, 'eve', name);
      return told(stderr).slice(0, 160);
    },
  },
  {
    input: 'somebody with the rights of a committer skips, overrides, accepts, pins, suspends and adopts',
    async run(target) {
      const name = 'rights';
      await begun(target, name, `\n${dev}\n${prod(', gates: {approvals: 1}')}`, 'bob');
      const tries = [
        ['promote', `${name}/prod`, '--skip', 'approvals', '--reason', 'x'],
        ['sync', `${name}/prod`, '--override', '--reason', 'x'],
        ['accept', `${name}/prod`, '0'.repeat(32)],
        ['suspend', `${name}/prod`, '--reason', 'x'],
        ['adopt', `${name}/prod`, '--all'],
        ['hold', `${name}/prod`, '--reason', 'x'],
      ];
      for (const args of tries) {
        const { code, stdout, stderr } = await cliAs(target, 'eve', ...args);
        expect(code, `${args.join(' ')}: ${stdout}${stderr}`).not.to.equal(0);
        expect(stdout + stderr, args.join(' ')).to.match(/may not/);
      }
      let trail = '';
      await eventually('each is in the audit log', async () => {
        trail = (await target.cli('audit', '--denied', '--user', 'eve', '--delivery', `${name}/prod`)).stdout;
        return tries.every(([verb = '']) => trail.includes(verb));
      });
      return trail.trim().split('\n').slice(0, 2).join(' / ');
    },
  },
];
