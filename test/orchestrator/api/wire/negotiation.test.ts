import { expect } from 'chai';
import { aggregatedDiscovery, representationOf } from '../../../../src/orchestrator/api/wire/negotiation.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const OLD_TABLE = 'application/json;as=Table;v=v1beta1;g=meta.k8s.io';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

describe('content negotiation', () => {
  const rows: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'object'],
    ['*/*', 'object'],
    ['application/json', 'object'],
    [`${TABLE},${OLD_TABLE},application/json`, 'table'],
    [`${OLD_TABLE},application/json`, 'object'],
    [METADATA, 'metadata'],
    [
      `application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,${METADATA}`,
      'metadata',
    ],
    ['application/vnd.kubernetes.protobuf,application/json', 'object'],
  ];
  for (const [accept, expected] of rows) {
    it(`answers ${expected} to ${accept ?? 'no Accept header'}`, () => {
      expect(representationOf(accept)).to.equal(expected);
    });
  }

  it('is NotAcceptable when nothing that is asked for can be had', () => {
    for (const accept of ['text/html', 'application/vnd.kubernetes.protobuf', OLD_TABLE]) {
      expect(() => representationOf(accept), accept).to.throw(/media types are accepted/);
    }
  });

  it('gives aggregated discovery in the version that the client prefers', () => {
    const kubectl =
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';
    expect(aggregatedDiscovery(kubectl)).to.equal('v2');
    expect(aggregatedDiscovery(kubectl.slice(kubectl.indexOf(',') + 1))).to.equal('v2beta1');
    expect(aggregatedDiscovery('application/json')).to.equal(undefined);
  });
});
