import { describeAttempts } from './contract/attempts.ts';
import { Harness, type RuntimeUnderTest } from './contract/harness.ts';
import { describeNextAgent } from './contract/nextagent.ts';
import { describePods } from './contract/pods.ts';
import { describeSandboxes } from './contract/sandbox.ts';
import { describeStreams } from './contract/streams.ts';

/** What every runtime of a node has to keep, whatever runs its containers. */
export function describeRuntime(name: string, create: () => RuntimeUnderTest): void {
  describe(`runtime contract: ${name}`, () => {
    const harness = new Harness(create);
    describeSandboxes(harness);
    describeAttempts(harness);
    describeNextAgent(harness);
    describeStreams(harness);
    describePods(harness);
  });
}
