import { expect } from 'chai';
import { delegatedRouteOf, type Route, routeOf } from '../../../../src/orchestrator/api/http/requestinfo.ts';

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

const notation = (path: string): string => noted(routeOf(path));

function noted(route: Route): string {
  if (route.type === 'path') return '-';
  const { watch, group, version, namespace, plural, name, subresource } = route;
  const object = [plural, name, subresource].filter((part) => part !== undefined).join('/');
  const scoped = namespace === undefined ? object : `${namespace}:${object}`;
  return `${watch ? 'watch ' : ''}${group || 'core'} ${version} ${scoped}`;
}

/** path → what is authorized, `/` for discovery; what the server behind is asked, where that differs. */
const DELEGATED: readonly (readonly [path: string, asked: string, sent?: string])[] = [
  ['/apis/g.io/v1', '/'],
  ['/apis/g.io/v1/', '/'],
  ['/apis/g.io/v1/ships', 'g.io v1 ships'],
  ['/apis/g.io/v1/watch/namespaces/shop/ships', 'watch g.io v1 shop:ships'],
  ['/apis/g.io/v1/watch', 'g.io v1 watch'],
  ['/apis/g.io/v1/namespaces/shop/ships/a/proxy/x/y', 'g.io v1 shop:ships/a/proxy'],
  ['/apis/g.io/v1/namespaces/shop/ships/a/crew/x/y', 'g.io v1 shop:ships/a/crew'],
  [
    '/apis/g.io/v1/namespaces/shop%2Fships/a',
    'g.io v1 shop:ships/a',
    '/apis/g.io/v1/namespaces/shop/ships/a',
  ],
  ['/apis//g.io/v1/%2Fships', 'g.io v1 ships', '/apis/g.io/v1/ships'],
  ['/apis/g%2Eio/v1/ships/a%252Fb', 'g.io v1 ships/a%2Fb', '/apis/g.io/v1/ships/a%252Fb'],
];

describe('the grammar of paths of aggregated API servers', () => {
  for (const [path, asked, sent = path] of DELEGATED) {
    it(`reads ${path} as ${asked} and sends it as ${sent}`, () => {
      const route = delegatedRouteOf(path);
      expect(route?.resource ? noted(route.resource) : '/').to.equal(asked);
      expect(route?.path).to.equal(sent);
      expect(route?.climbs).to.equal(false);
    });
  }

  it('knows a path that leads up, however it is written', () => {
    for (const tail of ['ships/..', 'ships/%2e%2E/x', 'a%2F..%2Fb', './ships', 'ships/a/crew/..'])
      expect(delegatedRouteOf(`/apis/g.io/v1/${tail}`)?.climbs, tail).to.equal(true);
  });

  it('is not that of other paths, nor of what cannot be decoded', () => {
    for (const path of ['/api/v1/pods', '/apis/g.io', '/apis', '/version', '/apis/g.io/v1/%zz'])
      expect(delegatedRouteOf(path), path).to.equal(undefined);
  });
});

describe('the grammar of paths', () => {
  for (const [path, expected] of ROUTES) {
    it(`reads ${path} as ${expected}`, () => {
      expect(notation(path)).to.equal(expected);
    });
  }
});
