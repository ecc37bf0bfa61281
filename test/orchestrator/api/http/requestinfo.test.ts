import { expect } from 'chai';
import { routeOf } from '../../../../src/orchestrator/api/http/requestinfo.ts';

/** path → `group version [namespace/]plural[/name[/subresource]]`, `watch` before a deprecated one, `-` for none. */
const ROUTES: readonly (readonly [string, string])[] = [
  ['/api/v1/pods', 'core v1 pods'],
  ['/api/v1/namespaces/shop/pods', 'core v1 shop:pods'],
  ['/api/v1/namespaces/shop/pods/', 'core v1 shop:pods'],
  ['/api/v1/namespaces/shop/pods/web', 'core v1 shop:pods/web'],
  ['/api/v1/namespaces/shop/pods/web/log', 'core v1 shop:pods/web/log'],
  ['/api/v1/namespaces', 'core v1 namespaces'],
  ['/api/v1/namespaces/shop', 'core v1 namespaces/shop'],
  ['/api/v1/namespaces/shop/status', 'core v1 namespaces/shop/status'],
  ['/api/v1/namespaces/shop/finalize', 'core v1 namespaces/shop/finalize'],
  ['/api/v1/nodes/n1', 'core v1 nodes/n1'],
  ['/api/v1/watch/pods', 'watch core v1 pods'],
  ['/apis/apps/v1/watch/namespaces/shop/deployments/web', 'watch apps v1 shop:deployments/web'],
  ['/apis/apps/v1/deployments', 'apps v1 deployments'],
  ['/apis/apps/v1/namespaces/shop/deployments/web/scale', 'apps v1 shop:deployments/web/scale'],
  ['/apis/example.com/v1/namespaces/a%2Db/ships/s', 'example.com v1 a-b:ships/s'],
  ['/api/v1/namespaces/shop/pods/web/log/more', '-'],
  ['/api/v1/namespaces/%E0%A4%A/pods', '-'],
  ['/api', '-'],
  ['/apis/apps', '-'],
  ['/apis/apps/v1', '-'],
  ['/healthz', '-'],
  ['/', '-'],
];

function notation(path: string): string {
  const route = routeOf(path);
  if (route.type === 'path') return '-';
  const { watch, group, version, namespace, plural, name, subresource } = route;
  const object = [plural, name, subresource].filter((part) => part !== undefined).join('/');
  const scoped = namespace === undefined ? object : `${namespace}:${object}`;
  return `${watch ? 'watch ' : ''}${group || 'core'} ${version} ${scoped}`;
}

describe('the grammar of paths', () => {
  for (const [path, expected] of ROUTES) {
    it(`reads ${path} as ${expected}`, () => {
      expect(notation(path)).to.equal(expected);
    });
  }
});
