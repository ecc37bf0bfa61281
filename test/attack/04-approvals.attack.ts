import { expect } from 'chai';
import { cliAs, jsonAs, urlAs } from '../e2e/accounts.ts';
import { type Pilotage, statusOf } from '../e2e/harness.ts';
import type { Attack } from './attack.ts';
import {
  checkoutProd,
  config,
  deployed,
  gateOf,
  plainRepository,
  promoted,
  type Report,
  stillHeld,
  told,
  valueIn,
} from './promotion.ts';

const CHAIN = `
{name: dev, branch: main}
{name: preprod, branch: preprod, promotion: {from: dev}}
{name: prod, branch: prod, promotion: {from: preprod, gates: {approvals: 2}}}`;
const PAIR = `
{name: dev, branch: main}
{name: prod, branch: prod, promotion: {from: dev, gates: {approvals: 1}}}`;

const approve = (target: Pilotage, name: string, by: string) => jsonAs<Report>(target, by, 'approve', name);
const promote = (target: Pilotage, name: string) => target.json<Report>('promote', name);

export const attacks: readonly Attack[] = [
  {
    input:
      'the author of a change approves it after it went through dev and preprod, where Pilotage wrote the merge',
    async run(target) {
      const work = await plainRepository(target, 'through', CHAIN);
      const head = await work.git('rev-parse', 'HEAD');
      await deployed(target, 'through/dev', head);
      await promote(target, 'through/preprod');
      expect((await target.cli('wait', 'through/preprod', '--timeout', '30s')).code).to.equal(0);
      await approve(target, 'through/prod', 'ann');
      const report = await promote(target, 'through/prod');
      expect(gateOf(report, 'approvals')).to.match(/^0 of 2 approvals.*own approval does not count/);
      return gateOf(report, 'approvals');
    },
  },
  {
    input: 'the holder of the token of the daemon approves, under the name of somebody else',
    async run(target) {
      const { code, stderr } = await target.cli('approve', 'through/prod');
      expect(code).to.equal(1);
      expect(stderr).to.contain('approvals are by who is signed in').and.contain('pilotage login');
      const report = await promote(target, 'through/prod');
      expect(gateOf(report, 'approvals')).to.match(/^0 of 2/);
      return 'refused: nobody was signed in';
    },
  },
  {
    input: 'one person approves with two accounts',
    async run(target) {
      for (const by of ['bob', 'bob-2']) await approve(target, 'through/prod', by);
      const report = await promote(target, 'through/prod');
      expect(gateOf(report, 'approvals')).to.match(/^1 of 2/);
      expect((await approve(target, 'through/prod', 'cyd')).outcome).to.equal('WouldPromote');
      return 'counted once; a second person opened the gate';
    },
  },
  {
    input: 'whoever pushes commits under the name of somebody else approves them',
    async run(target) {
      const work = await plainRepository(target, 'pushed', PAIR);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('by eve, whatever the commit says');
      const evil = await work.git('rev-parse', 'HEAD');
      await work.git('push', `${await urlAs(target, 'eve')}/git/pushed.git`, 'main');
      await deployed(target, 'pushed/dev', evil);
      const report = await approve(target, 'pushed/prod', 'eve');
      expect(gateOf(report, 'approvals')).to.contain('eve’s own approval does not count (a pusher');
      expect((await promote(target, 'pushed/prod')).outcome).to.equal('Waiting');
      expect((await target.cli('why', 'pushed/dev')).stdout).to.contain('pushed by eve to refs/heads/main');
      expect((await target.cli('history', 'pushed/dev')).stdout).to.match(/ eve +by eve, whatever/);
      return gateOf(report, 'approvals');
    },
  },
  {
    input: 'an approval of the revision that was looked at, when another waits by now',
    async run(target) {
      const work = await plainRepository(target, 'stale', PAIR);
      const seen = await work.git('rev-parse', 'HEAD');
      await deployed(target, 'stale/dev', seen);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const next = await work.commit('swapped after the review');
      await work.push();
      await deployed(target, 'stale/dev', next);
      const { code, stderr } = await cliAs(target, 'bob', 'approve', 'stale/prod', '--revision', seen);
      expect(code).to.equal(1);
      expect(stderr).to.contain('does not wait for stale/prod');
      expect(gateOf(await promote(target, 'stale/prod'), 'approvals')).to.match(/^0 of 1/);
      const { stdout } = await cliAs(target, 'bob', 'approve', 'stale/prod', '--revision', next);
      expect(stdout).to.contain(`bob approves ${next} for stale/prod`);
      expect((await promote(target, 'stale/prod')).outcome).to.equal('Promoted');
      expect((await target.cli('wait', 'stale/prod', '--timeout', '30s')).code).to.equal(0);
      return 'refused; nothing was approved';
    },
  },
  {
    input: 'a commit that is pushed to a gated branch directly',
    async run(target) {
      const work = await plainRepository(target, 'direct', PAIR);
      await deployed(target, 'direct/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'direct', 'bob');
      await checkoutProd(work);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      const evil = await work.commit('straight to prod');
      const { stderr } = await work.push('prod');
      expect(told(stderr))
        .to.contain('waits for the gates of prod')
        .and.contain('pilotage approve direct/prod');
      const why = await target.cli('why', 'direct/prod');
      expect(why.stdout).to.contain('0 of 1 approvals');
      await approve(target, 'direct/prod', 'ann');
      await stillHeld(target, 'direct/prod');
      expect(await valueIn(target, 'direct-prod')).to.equal('one');
      expect((await statusOf(target, 'direct', 'prod'))?.phase).to.equal('Waiting');
      await approve(target, 'direct/prod', 'bob');
      await deployed(target, 'direct/prod', evil);
      return 'waited for the approval of somebody else';
    },
  },
  {
    input: 'content that only stood on a gated branch comes back as a revert',
    async run(target) {
      const work = await plainRepository(target, 'sleeper', PAIR);
      await deployed(target, 'sleeper/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'sleeper', 'bob');
      await checkoutProd(work);
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('evil');
      await work.git('revert', '--no-edit', 'HEAD');
      await work.git('revert', '--no-edit', 'HEAD');
      const { stderr } = await work.push('prod');
      expect(told(stderr)).to.contain('waits for the gates of prod');
      expect(await valueIn(target, 'sleeper-prod')).to.equal('one');
      return 'held: nobody let that content through before';
    },
  },
  {
    input: 'a revert on prod to a release from before the gates were written',
    async run(target) {
      const open = `\n{name: dev, branch: main}\n{name: prod, branch: prod, promotion: {from: dev}}`;
      const work = await plainRepository(target, 'before', open);
      await deployed(target, 'before/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'before');
      await work.edit('pilotage.yaml', (text) =>
        text.replace('{from: dev}', '{from: dev, gates: {approvals: 1}}'),
      );
      const gated = await work.commit('write gates');
      await work.push();
      await deployed(target, 'before/dev', gated);
      await promoted(target, 'before');
      await checkoutProd(work);
      await work.git('revert', '--no-edit', '-m', '1', 'HEAD');
      const { stderr } = await work.push('prod');
      expect(told(stderr)).to.contain('waits for the gates of prod');
      return 'held: the older file would have taken the gates away';
    },
  },
  {
    input: 'the branch of a gated environment is made by hand, with a pilotage.yaml that names no gates',
    async run(target) {
      const work = await plainRepository(target, 'made', PAIR);
      await deployed(target, 'made/dev', await work.git('rev-parse', 'HEAD'));
      await work.git('checkout', '-q', '-b', 'prod');
      await work.edit('pilotage.yaml', (text) => text.replace(', gates: {approvals: 1}', ''));
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('a branch of my own');
      const { stderr } = await work.push('prod');
      expect(told(stderr)).to.contain('approvals');
      await stillHeld(target, 'made/prod');
      expect((await statusOf(target, 'made', 'prod'))?.deployedRevision ?? null).to.equal(null);
      expect(await valueIn(target, 'made-prod')).to.equal('');
      return 'held by the gates that were written before';
    },
  },
  {
    input: 'the branch of a gated environment is deleted, and pushed again with another history',
    async run(target) {
      const work = await plainRepository(target, 'again', PAIR);
      await deployed(target, 'again/dev', await work.git('rev-parse', 'HEAD'));
      await promoted(target, 'again', 'bob');
      await checkoutProd(work);
      const before = await work.git('rev-parse', 'HEAD');
      await work.push('--delete', 'prod');
      await work.git('checkout', '-q', '--orphan', 'other');
      await work.write('k8s/a.yaml', config('a', 'evil'));
      await work.commit('from nowhere');
      const anew = await work.push('other:prod');
      expect(anew.code, anew.stderr).to.equal(1);
      expect(told(anew.stderr)).to.contain('does not descend from that: its history may not be rewritten');
      expect((await statusOf(target, 'again', 'prod'))?.deployedRevision).to.equal(before);
      expect(await valueIn(target, 'again-prod')).to.equal('one');
      expect((await work.push(`${before}:refs/heads/prod`)).code).to.equal(0);
      await deployed(target, 'again/prod', before);
      return 'refused before the branch moved; as it was, it came back';
    },
  },
  {
    input: 'gates that are written while the branch they lead to does not exist yet',
    async run(target) {
      const open = `\n{name: dev, branch: main}\n{name: prod, branch: prod, promotion: {from: dev}}`;
      const work = await plainRepository(target, 'before-branch', open);
      await work.edit('pilotage.yaml', (text) =>
        text.replace('{from: dev}', '{from: dev, gates: {approvals: 1}}'),
      );
      const gated = await work.commit('write gates');
      await work.push();
      await deployed(target, 'before-branch/dev', gated);
      const report = await promote(target, 'before-branch/prod');
      expect(report.outcome).to.equal('Waiting');
      return gateOf(report, 'approvals');
    },
  },
];
