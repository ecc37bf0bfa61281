import { expect } from 'chai';
import { type Harness, lasting } from './harness.ts';

export function describePods(harness: Harness): void {
  it('measures what runs of a pod', async () => {
    const place = await harness.sandbox();
    const ref = await harness.run(place, harness.test.programs.serves(0));
    await harness.up(ref);
    const { at, containers } = await harness.runtime.stats(place.pod);
    expect(at).to.be.greaterThan(0);
    expect(containers.map(({ container }) => container)).to.deep.equal(['main']);
    expect(containers[0]?.memoryBytes).to.be.greaterThan(0);
    expect(containers[0]?.processes).to.be.greaterThan(0);
    await harness.runtime.signal(ref, 'SIGKILL');
    await harness.ended(ref);
    expect((await harness.runtime.stats(place.pod)).containers).to.deep.equal([]);
  });

  it('refuses a connection to a port on which nothing of the pod listens', async () => {
    const place = await harness.sandbox();
    const failure = await harness.runtime.portForward(place.pod, 1, lasting()).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).to.not.equal('');
  });

  it('knows which sockets answer at the address of a pod', async () => {
    const place = await harness.sandbox();
    const endpoint = { pod: place.pod, host: place.address, port: 1 };
    expect(['own', 'nobody']).to.include(harness.runtime.sockets.ownerOf(endpoint).type);
    expect([...harness.runtime.sockets.wildcards().keys()]).to.not.include(place.pod);
  });
}
