import { expect } from 'chai';
import { askedOf } from '../../../../src/orchestrator/api/http/asked.ts';

describe('what a request asks for', () => {
  const asked = (method: string, url: string) => {
    const [path = '', query = ''] = url.split('?');
    const { verb, objectRef } = askedOf(method, path, new URLSearchParams(query));
    return [verb, objectRef && { ...objectRef }];
  };

  it('is a resource of an aggregated API server, however deep or oddly its path is written', () => {
    const ark = { resource: 'ships', namespace: 'shop', name: 'ark', apiGroup: 'sea.io', apiVersion: 'v1' };
    expect(asked('PUT', '/apis/sea.io/v1/namespaces/shop/ships/ark')).to.deep.equal(['update', ark]);
    expect(asked('PUT', '/apis/sea.io/v1/namespaces%2Fshop/ships%2Fark')).to.deep.equal(['update', ark]);
    expect(asked('POST', '/apis/sea.io/v1/namespaces/shop/ships/ark/crew/noah/x')).to.deep.equal([
      'create',
      { ...ark, subresource: 'crew' },
    ]);
  });

  const VERBS: readonly (readonly [method: string, url: string, verb: string])[] = [
    ['GET', '/api/v1/pods', 'list'],
    ['HEAD', '/api/v1/pods', 'list'],
    ['GET', '/api/v1/pods?watch=false', 'list'],
    ['GET', '/api/v1/pods?watch', 'watch'],
    ['GET', '/api/v1/watch/pods', 'watch'],
    ['GET', '/api/v1/watch/namespaces/shop/pods/web', 'watch'],
    ['GET', '/api/v1/namespaces/shop/pods/web', 'get'],
    ['GET', '/api/v1/namespaces/shop/pods/web?watch=true', 'get'],
    ['PUT', '/api/v1/namespaces/shop/pods/web?watch=true', 'update'],
    ['POST', '/api/v1/namespaces/shop/pods?watch=true', 'create'],
    ['DELETE', '/api/v1/namespaces/shop/pods?watch=true', 'deletecollection'],
  ];
  for (const [method, url, verb] of VERBS)
    it(`is to ${verb} for ${method} ${url}`, () => expect(asked(method, url)[0]).to.equal(verb));

  it('is a path where no resource is', () => {
    expect(asked('GET', '/apis/sea.io/v1')).to.deep.equal(['get', undefined]);
    expect(asked('GET', '/version')).to.deep.equal(['get', undefined]);
  });
});
