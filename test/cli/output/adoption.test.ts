import { expect } from 'chai';
import { formatAdoption } from '../../../src/cli/output/adoption.ts';
import type { AdoptionReport } from '../../../src/model/faces.ts';

const ref = (kind: string, name: string) => ({ apiVersion: 'v1', kind, namespace: 'shop-prod', name });
const REPORT: AdoptionReport = {
  environment: 'shop/prod',
  namespace: 'shop-prod',
  objects: [
    {
      ...{ object: ref('Deployment', 'web'), origin: 'k8s/web.yaml:1', state: 'differs', restarts: true },
      ...{ reason: 'it belongs to Argo CD Application argocd/shop', managers: ['argocd-controller'] },
      diff: ['~ spec.template.spec.containers[0].image: a → b'],
    },
    {
      ...{ object: ref('ConfigMap', 'a'), state: 'matches', restarts: false },
      ...{ reason: 'it exists and was not made by Pilotage', managers: [], diff: [] },
    },
  ],
  creates: [ref('Service', 'web')],
  tools: [
    {
      ...{ name: 'Argo CD Application argocd/shop', tool: 'argocd', activity: 'reconciles' },
      ...{
        stop: 'kubectl -n argocd patch application shop',
        forget: 'delete it',
        left: ['/Secret/shop-prod/old'],
      },
    },
  ],
};

describe('the report of what would be taken over', () => {
  const text = formatAdoption(REPORT);

  it('says first who still reconciles, how that is stopped, and what only that tool has', () => {
    expect(text.split('\n').slice(0, 4)).to.deep.equal([
      'shop/prod → namespace shop-prod: a report, nothing is changed',
      '  Argo CD Application argocd/shop: still reconciles',
      '      stop it first: kubectl -n argocd patch application shop',
      '      it has /Secret/shop-prod/old, which git has not: nobody looks after that later',
    ]);
  });

  it('says which pods would restart, object by object what differs, and what git has alone', () => {
    expect(text).to.contain('  restarts: Deployment shop-prod/web');
    expect(text).to.contain('      ~ spec.template.spec.containers[0].image: a → b');
    expect(text).to.contain('  = ConfigMap shop-prod/a: matches git');
    expect(text).to.contain('  + Service shop-prod/web: in git, not in the cluster');
  });

  it('ends with the command that would be obeyed', () => {
    expect(text.split('\n').at(-1)).to.equal(
      '  next: pilotage adopt shop/prod --all --restart (or, while it still reconciles, --from argocd)',
    );
  });

  it('fits a terminal of 80 columns', () => {
    for (const line of formatAdoption(REPORT, 80).split('\n')) expect(line.length).to.be.at.most(80);
  });

  it('asks for nothing where nothing waits', () => {
    const none = formatAdoption({ ...REPORT, objects: [], creates: [], tools: [] });
    expect(none.split('\n').at(-1)).to.equal('  nothing waits to be taken over');
  });
});
