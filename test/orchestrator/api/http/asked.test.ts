import { expect } from 'chai';
import { askedOf } from '../../../../src/orchestrator/api/http/asked.ts';

describe('what a request asks for', () => {
  const asked = (method: string, path: string) => {
    const { verb, objectRef } = askedOf(method, path, new URLSearchParams());
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

  it('is a path where no resource is', () => {
    expect(asked('GET', '/apis/sea.io/v1')).to.deep.equal(['get', undefined]);
    expect(asked('GET', '/version')).to.deep.equal(['get', undefined]);
  });
});
