import { expect } from 'chai';
import type { Explanation } from '../../../src/model/explanation.ts';
import { type FakeFace, startFace } from '../harness.ts';

const EXPLANATION: Explanation = {
  object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop-prod', name: 'web' },
  app: 'web',
  fields: [
    {
      path: 'spec.replicas',
      value: 3,
      writers: [
        {
          place: { file: 'chart/templates/deployment.yaml', line: 9, column: 16 },
          expression: '.Values.replicas',
        },
      ],
      values: [{ name: 'Values.replicas', value: 3, place: { file: 'values/prod.yaml', line: 1 } }],
      conditions: [],
      changes: [],
    },
  ],
};

describe('an explanation of what is deployed, for people', () => {
  let face: FakeFace;
  beforeEach(async () => {
    face = await startFace();
    const path = '/api/v1/environments/shop/prod/explain?object=deployment%2Fweb&field=spec.replicas';
    face.answers[`GET ${path}`] = EXPLANATION;
  });
  afterEach(() => face.stop());

  it('is printed as that of a render, within 80 columns', async () => {
    const { stdout } = await face.run('explain', 'shop/prod', 'deployment/web', 'spec.replicas');
    expect(stdout).to.equal(
      [
        'spec.replicas: 3',
        '  written by  chart/templates/deployment.yaml:9:16  {{ .Values.replicas }}',
        '  reads       values/prod.yaml:1  Values.replicas = 3',
        '',
      ].join('\n'),
    );
  });

  it('has all of it as JSON', async () => {
    const { stdout } = await face.run(
      ...['explain', 'shop/prod', 'deployment/web', 'spec.replicas', '-o', 'json'],
    );
    expect(JSON.parse(stdout)).to.deep.equal(EXPLANATION);
  });

  it('is refused before anybody is asked where no object is named', async () => {
    const { code, stderr } = await face.run('explain', 'shop/prod', 'web');
    expect(code).to.equal(1);
    expect(stderr).to.contain('web is not KIND/NAME').and.contain('deployment/web spec.replicas');
  });
});
