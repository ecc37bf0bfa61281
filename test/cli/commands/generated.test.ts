import { expect } from 'chai';
import type { GeneratedReport, WhyReport } from '../../../src/model/faces.ts';
import { type FakeFace, REVISION, startFace } from '../harness.ts';

const one: GeneratedReport = {
  name: 'randAlphaNum-1f3a9c02',
  app: 'web',
  function: 'randAlphaNum',
  template: 'shop/templates/secret.yaml',
  since: '2026-01-01T00:00:00Z',
  isUsed: true,
  objects: ['Secret/db'],
};
const unused: GeneratedReport = {
  ...one,
  name: 'genCA-00ff00ff',
  function: 'genCA',
  endsAt: '2027-01-01T00:00:00.000Z',
  isUsed: false,
  objects: [],
};

describe('what templates made once, for people', () => {
  let face: FakeFace;
  beforeEach(async () => {
    face = await startFace();
    face.answers['GET /api/v1/environments/shop/prod/generated'] = [one, unused];
    face.answers['POST /api/v1/environments/shop/prod/renew'] = { message: 'shop/prod gets it anew.' };
  });
  afterEach(() => face.stop());

  it('is listed with what holds it', async () => {
    const { stdout } = await face.run('generated', 'shop/prod');
    const [head, first, second, next] = stdout.split('\n');
    expect(head).match(/^NAME +APP +AGE +ENDS +TEMPLATE +HELD BY$/);
    expect(first).match(/^randAlphaNum-1f3a9c02 +web +\d+\w +- +shop\/templates\/secret.yaml +Secret\/db$/);
    expect(second).match(/^genCA-00ff00ff .* 2027-01-01 .* not used now$/);
    expect(next).contain('pilotage generated shop/prod --renew NAME');
  });

  it('is JSON for programs, and a sentence where there is nothing', async () => {
    expect(JSON.parse((await face.run('generated', 'shop/prod', '-o', 'json')).stdout)).deep.equal([
      one,
      unused,
    ]);
    face.answers['GET /api/v1/environments/shop/prod/generated'] = [];
    expect((await face.run('generated', 'shop/prod')).stdout).equal(
      'Templates have made nothing for shop/prod.\n',
    );
  });

  it('is renewed by name, or all of it', async () => {
    const { stdout } = await face.run('generated', 'shop/prod', '--renew', one.name, unused.name);
    expect(stdout).equal('shop/prod gets it anew.\n  next: pilotage wait shop/prod\n');
    await face.run('generated', 'shop/prod', '--renew-all');
    expect(face.asked).deep.equal([
      `POST /api/v1/environments/shop/prod/renew {"names":["${one.name}","${unused.name}"]}`,
      'POST /api/v1/environments/shop/prod/renew {"all":true}',
    ]);
  });

  it('is in the answer to why, by object', async () => {
    const environment = {
      ...{ delivery: 'shop', name: 'prod', branch: 'prod', namespace: 'shop-prod', urls: [] },
      ...{ wantedRevision: REVISION, deployedRevision: REVISION, message: '' },
      ...({ sync: 'Synced', phase: 'Idle', health: 'Healthy' } as const),
    };
    const report: WhyReport = { environment, reasons: [], gates: [], pushes: [], generated: [one] };
    face.answers['GET /api/v1/environments/shop/prod/why'] = report;
    const { stdout } = await face.run('why', 'shop/prod');
    expect(stdout).contain('  Secret/db holds what was made once: randAlphaNum-1f3a9c02 since 2026-01-01\n');
  });
});
