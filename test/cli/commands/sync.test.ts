import { expect } from 'chai';
import { type FakeFace, REVISION, startFace } from '../harness.ts';

const PATH = 'POST /api/v1/environments/shop/dev/dryrun';
const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop-dev', name: 'a' };
const report = (outcome: string, problems: object[] = []) => ({
  ...{ delivery: 'shop', environment: 'dev', revision: REVISION, problems },
  results: [
    { object, action: 'update', outcome, message: outcome === 'refused' ? 'a policy forbids it' : undefined },
    { object: { ...object, name: 'b' }, action: 'create', outcome: 'accepted' },
  ],
});

describe('pilotage sync --dry-run=server', () => {
  let face: FakeFace;
  before(async () => {
    face = await startFace();
  });
  after(() => face.stop());

  it('says of each object what the server says, refusals last, and exits 1 for one', async () => {
    face.answers[PATH] = report('refused');
    const { code, stdout } = await face.run('sync', 'shop/dev', '--dry-run=server');
    expect(code).to.equal(1);
    expect(stdout).to.equal(
      [
        'shop/dev at abcdef1, as the server would take it',
        '  accepted create ConfigMap shop-dev/b',
        '  refused  update ConfigMap shop-dev/a: a policy forbids it',
        '  1 of 2 objects are not refused; nothing was written\n',
      ].join('\n'),
    );
    expect(face.asked.at(-1)).to.equal(`${PATH} {}`);
  });

  it('exits 0 where the server would take all, and 1 where the plan is refused all the same', async () => {
    face.answers[PATH] = report('accepted');
    expect((await face.run('sync', 'shop/dev', '--dry-run=server')).code).to.equal(0);
    face.answers[PATH] = report('accepted', [
      { reason: 'PruneNotConfirmed', message: '3 of 4 would be pruned' },
    ]);
    const { code, stderr } = await face.run('sync', 'shop/dev', '--dry-run=server');
    expect([code, stderr]).to.deep.equal([1, 'error: 3 of 4 would be pruned\n']);
  });

  it('knows no other kind of dry run', async () => {
    expect((await face.run('sync', 'shop/dev', '--dry-run=client')).code).to.equal(2);
  });
});
