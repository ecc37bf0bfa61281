import { expect } from 'chai';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import { hookOf, withoutIdleHooks } from '../../../src/render/manifests/hooks.ts';

const job = (annotations: Record<string, unknown>): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'migrate', annotations: annotations as Record<string, string> },
});
const helm = (events: unknown, more: Record<string, unknown> = {}) =>
  job({ 'helm.sh/hook': events, ...more });
const argo = (events: string, more: Record<string, unknown> = {}) =>
  job({ 'argocd.argoproj.io/hook': events, ...more });

/** `delivered`, `left out`, or the warning's reason. */
function fate(object: KubeObject): string {
  const manifest = { object, origin: { file: 'chart/templates/job.yaml', line: 3 }, app: 'web' };
  const { manifests, warnings } = withoutIdleHooks([manifest]);
  return warnings[0]?.reason ?? (manifests.length > 0 ? 'delivered' : 'left out');
}

describe('hooks of manifests', () => {
  it('are read with Helm’s events, weight and delete policies', () => {
    const marks = hookOf(
      helm('pre-install, pre-upgrade', {
        'helm.sh/hook-weight': '-5',
        'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
      }),
    );
    expect(marks).to.deep.equal({
      events: ['pre-install', 'pre-upgrade'],
      tool: 'helm',
      weight: -5,
      deletes: ['before', 'succeeded'],
    });
  });

  it('are read with Argo CD’s, which outrank Helm’s', () => {
    const marks = hookOf(
      argo('PostSync', {
        'helm.sh/hook': 'pre-install',
        'argocd.argoproj.io/sync-wave': '2',
        'argocd.argoproj.io/hook-delete-policy': 'HookFailed',
      }),
    );
    expect(marks).to.deep.equal({ events: ['PostSync'], tool: 'argo', weight: 2, deletes: ['failed'] });
  });

  it('make way for the next one, and weigh nothing, unless they say otherwise', () => {
    expect(hookOf(helm('pre-install')))
      .to.include({ weight: 0 })
      .and.deep.include({ deletes: ['before'] });
    expect(hookOf(helm('pre-install', { 'helm.sh/hook-weight': 'heavy' }))).to.include({ weight: 0 });
  });

  it('are not what says nothing of events, nor a definition by crd-install', () => {
    expect(hookOf(job({}))).to.equal(undefined);
    expect(hookOf(helm('crd-install'))).to.equal(undefined);
    expect(fate(job({}))).to.equal('delivered');
    expect(fate(helm('crd-install'))).to.equal('delivered');
  });

  it('are left out where they test, or say Skip', () => {
    expect(fate(helm('test'))).to.equal('left out');
    expect(fate(helm('test-success'))).to.equal('left out');
    expect(fate(argo('Skip'))).to.equal('left out');
    expect(fate(helm('post-install,test'))).to.equal('delivered');
  });

  it('are left out and named where nobody knows their event', () => {
    expect(fate(helm('whenever'))).to.equal('HookLeftOut');
    expect(fate(helm(true))).to.equal('HookLeftOut');
    expect(fate(argo('presync'))).to.equal('HookLeftOut');
  });
});
