import type { KubeClient } from '../../src/kube/client/client.ts';
import { NAMESPACES } from '../../src/kube/kinds/resources.data.ts';
import { admission } from './admission.ts';
import { applying } from './applying.ts';
import { authorizing } from './authorizing.ts';
import { certificates } from './certificates.ts';
import { creating } from './creating.ts';
import { customResources } from './customresources.ts';
import { deleting } from './deleting.ts';
import { devices } from './devices.ts';
import { exactness } from './exactness.ts';
import { kinds } from './kinds.ts';
import { otherGroups } from './othergroups.ts';
import { patching } from './patching.ts';
import { reading } from './reading.ts';
import { tokens } from './tokens.ts';
import { updating } from './updating.ts';
import { watching } from './watching.ts';

/** A server under test with a client of a user who may do everything. */
export interface Subject {
  readonly client: KubeClient;
  /** Forgets all history up to now, as every server does in time. */
  readonly compact: () => Promise<void>;
  close(): Promise<void>;
}

/** What the topics of the suite work with; the getters are valid inside tests only. */
export interface Bench {
  readonly client: KubeClient;
  /** A namespace of this run's own. */
  readonly namespace: string;
  /** A name that no other test uses. */
  name(base: string): string;
  compact(): Promise<void>;
}

/**
 * The definition of KubeClient's behaviour: one suite for every implementation. It holds for a real kube-apiserver
 * without controllers (`npm run test:kubernetes`), so nothing here may depend on one running.
 * Where our server differs on purpose, docs/deviations.md says so and the suite leaves it alone.
 */
export function describeKubeClient(name: string, start: () => Promise<Subject>): void {
  describe(`KubeClient: ${name}`, () => {
    let subject: Subject | undefined;
    let names = 0;
    const run = Math.random().toString(36).slice(2, 8);
    const namespace = `contract-${run}`;
    const running = (): Subject => {
      if (!subject) throw new Error('the server under test is not running');
      return subject;
    };
    const bench: Bench = {
      get client() {
        return running().client;
      },
      namespace,
      name: (base) => `${base}-${run}-${++names}`,
      compact: () => running().compact(),
    };

    before(async function () {
      this.timeout(60_000);
      subject = await start();
      await subject.client.create(NAMESPACES, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
    });
    after(async () => {
      await subject?.client.delete(NAMESPACES, { name: namespace });
      await subject?.close();
    });

    describe('reading', () => reading(bench));
    describe('watching', () => watching(bench));
    describe('creating', () => creating(bench));
    describe('updating', () => updating(bench));
    describe('patching', () => patching(bench));
    describe('applying', () => applying(bench));
    describe('deleting', () => deleting(bench));
    describe('tokens of service accounts', () => tokens(bench));
    describe('authorizing', () => authorizing(bench));
    describe('certificates', () => certificates(bench));
    describe('kinds', () => kinds(bench));
    describe('plug-ins of admission', () => admission(bench));
    describe('the other groups', () => otherGroups(bench));
    describe('devices', () => devices(bench));
    describe('custom resources', () => customResources(bench));
    describe('exactness', () => exactness(bench));
  });
}
