import { expect } from 'chai';
import { PODS } from '../../../../src/kube/kinds/resources.data.ts';
import { askedOf } from '../../../../src/orchestrator/api/http/asked.ts';
import type { CountedRequest } from '../../../../src/orchestrator/api/http/requestlabels.ts';
import {
  createRequestMetrics,
  type RequestMetrics,
} from '../../../../src/orchestrator/api/http/requestmetrics.ts';
import type { ServedResource } from '../../../../src/orchestrator/api/types.ts';
import { SERVER_VERSION } from '../../../../src/orchestrator/api/version.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { useHttpsServer } from '../httpsuite.ts';

describe('what is counted of requests', () => {
  const pods = {
    ...PODS,
    subresourceRows: ['status', 'exec', 'log'].map((name) => ({ name })),
  } as unknown as ServedResource;
  let clock: FakeClock;
  let metrics: RequestMetrics;
  beforeEach(() => {
    clock = new FakeClock();
    const find = (group: string, version: string, plural: string) =>
      group === '' && version === 'v1' && plural === 'pods' ? pods : undefined;
    metrics = createRequestMetrics({ kinds: { find }, version: SERVER_VERSION, clock });
  });

  const began = (method: string, url: string, more: Partial<CountedRequest> = {}) => {
    const [path = '', parameters = ''] = url.split('?');
    const query = new URLSearchParams(parameters);
    return metrics.began({ asked: askedOf(method, path, query), query, contentType: undefined, ...more });
  };
  const lines = (name: string) =>
    metrics
      .text()
      .split('\n')
      .filter((line) => line.startsWith(name));
  /** Verb, resource, subresource, scope and code of what was answered. */
  const totals = () =>
    lines('apiserver_request_total').map((line) =>
      ['verb', 'resource', 'subresource', 'scope', 'code']
        .map((label) => new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1])
        .join(' '),
    );

  const requests: readonly (readonly [what: string, method: string, url: string, counted: string])[] = [
    ['a list in a namespace', 'GET', '/api/v1/namespaces/a/pods', 'LIST pods  namespace 200'],
    ['a list everywhere', 'GET', '/api/v1/pods', 'LIST pods  cluster 200'],
    ['a read', 'GET', '/api/v1/namespaces/a/pods/b', 'GET pods  resource 200'],
    ['a watch', 'GET', '/api/v1/pods?watch=1', 'WATCH pods  cluster 200'],
    ['a create', 'POST', '/api/v1/namespaces/a/pods', 'POST pods  namespace 200'],
    ['an update of a status', 'PUT', '/api/v1/namespaces/a/pods/b/status', 'PUT pods status resource 200'],
    ['a command', 'POST', '/api/v1/namespaces/a/pods/b/exec', 'CONNECT pods exec resource 200'],
    ['a path', 'GET', '/healthz', 'GET    200'],
    ['what nobody serves', 'GET', '/apis/made.up/v1/things', 'LIST    200'],
    ['a part that nobody serves', 'GET', '/api/v1/namespaces/a/pods/b/made-up', 'GET    200'],
    ['a method that is none', 'BREW', '/coffee', 'OTHER    200'],
  ];
  for (const [what, method, url, counted] of requests)
    it(`names ${what}`, () => {
      began(method, url)(200);
      expect(totals()).to.deep.equal([counted]);
    });

  it('tells an apply from another patch, and a dry run', () => {
    const path = '/api/v1/namespaces/a/pods/b';
    began('PATCH', path, { contentType: 'application/apply-patch+yaml' })(200);
    began('PATCH', `${path}?dryRun=All`, { contentType: 'application/merge-patch+json' })(409);
    expect(totals()).to.deep.equal(['APPLY pods  resource 200', 'PATCH pods  resource 409']);
    expect(lines('apiserver_request_total')[1]).to.contain('dry_run="All"');
  });

  it('measures how long requests took, in buckets that hold all that are smaller', async () => {
    const end = began('GET', '/api/v1/pods');
    await clock.advance(150);
    end(200);
    began('GET', '/api/v1/pods')(200);
    const shown = lines('apiserver_request_duration_seconds').map((line) =>
      line.replace(/^\w+_seconds|\{.*?(?:le="(.*?)")?\}/g, (_, le) => (le ? `${le}:` : '')),
    );
    expect(shown).to.include.members([
      '_bucket0.1: 1',
      '_bucket0.2: 2',
      '_bucket+Inf: 2',
      '_count 2',
      '_sum 0.15',
    ]);
  });

  it('tells of what is under way: reads, writes, and watches apart', () => {
    began('GET', '/api/v1/pods?watch=1');
    began('GET', '/api/v1/pods');
    began('POST', '/api/v1/namespaces/a/pods')(201);
    expect(lines('apiserver_current_inflight_requests')).to.deep.equal([
      'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
      'apiserver_current_inflight_requests{request_kind="mutating"} 0',
    ]);
    expect(lines('apiserver_longrunning_requests')[0]).to.match(/verb="WATCH".* 1$/);
  });
});

describe('/metrics', () => {
  const http = useHttpsServer();

  it('tells what was asked and how the process is, to who may read it', async () => {
    await http.ask('/api/v1/namespaces');
    const { code, text, headers } = await http.ask('/metrics');
    expect([code, headers['content-type']]).to.deep.equal([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(text).to.match(/^apiserver_request_total\{verb="LIST",.*resource="namespaces",.*code="200"\} 1$/m);
    expect(text).to.match(/^process_resident_memory_bytes [1-9]\d+$/m);
    expect((await http.ask('/metrics', { headers: { authorization: 'Bearer none' } })).code).to.equal(401);
  });
});
