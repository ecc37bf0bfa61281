import { expect } from 'chai';
import { reach } from '../../../../src/orchestrator/node/probes/reach.ts';

describe('port of a pod', () => {
  it('finds a port by number or by name', () => {
    const container = { name: 'web', ports: [{ name: 'http', containerPort: 8080 }] };
    expect(reach('127.1.0.1', 'http', container)).to.deep.equal({ host: '127.1.0.1', port: 8080 });
    expect(reach('127.1.0.1', 9, container)).to.deep.equal({ host: '127.1.0.1', port: 9 });
    expect(reach('127.1.0.1', 'grpc', container)).to.equal(undefined);
  });
});
