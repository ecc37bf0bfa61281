import { expect } from 'chai';
import type { ProbeKind, ProbeResult } from '../../../../src/health/probes.ts';
import type { Container, Probe } from '../../../../src/kube/kinds/objects.data.ts';
import {
  type ContainerProbesOptions,
  probeContainer,
} from '../../../../src/orchestrator/node/probes/containerprobes.ts';
import { createLagMeter } from '../../../../src/orchestrator/node/probes/lag.ts';
import { FakeClock, settle } from '../../../fakes/clock.ts';

const probe = (port: number, more: Partial<Probe> = {}): Probe => ({ tcpSocket: { port }, ...more });
const PORTS: Record<number, ProbeKind> = { 1: 'startup', 2: 'liveness', 3: 'readiness' };

describe('lag meter', () => {
  it('knows of hold-ups that are over and of one that lasts, and only of those since', () => {
    let now = 0;
    let tick = () => {};
    const lag = createLagMeter({
      now: () => now,
      monotonic: () => now,
      after(_ms, fn) {
        tick = fn;
        return () => {};
      },
    });
    const turn = (ms: number) => {
      now += ms;
      tick();
    };
    turn(100);
    expect(lag.since(0)).to.equal(0);
    turn(3_100);
    expect(lag.since(0)).to.equal(3_000);
    turn(100);
    expect(lag.since(3_250)).to.equal(0);
    now += 1_600;
    expect(lag.since(3_250)).to.equal(1_500);
  });
});

describe('probes of a container', () => {
  /** Runs all probes of a container against answers that the test changes; tells every look as `second kind`. */
  function run(container: Partial<Container>, more: Partial<ContainerProbesOptions> = {}) {
    const clock = new FakeClock();
    const lag = createLagMeter(clock);
    const answers: Record<ProbeKind, ProbeResult['type']> = {
      startup: 'success',
      liveness: 'success',
      readiness: 'success',
    };
    const looks: string[] = [];
    const failures: string[] = [];
    const began = clock.now();
    const probes = probeContainer({
      container: { name: 'web', ...container },
      clock,
      lag,
      sinceStartMs: 0,
      async attempt(one) {
        const kind = PORTS[Number(one.tcpSocket?.port)] ?? 'readiness';
        looks.push(`${(clock.now() - began) / 1000} ${kind}`);
        return { type: answers[kind], message: 'why' };
      },
      onChange() {},
      onFailure: (kind) => failures.push(kind),
      ...more,
    });
    return { clock, lag, answers, looks, failures, probes };
  }

  it('a container without probes is ready when it runs', async () => {
    const { probes } = run({});
    await settle();
    expect(probes.view).to.deep.equal({ started: true, ready: true });
  });

  it('looks at readiness every period, and takes readiness back after three failures', async () => {
    const { clock, looks, answers, probes, failures } = run({ readinessProbe: probe(3) });
    await clock.advance(25_000);
    expect(looks).to.deep.equal(['0 readiness', '10 readiness', '20 readiness']);
    expect(probes.view.ready).to.equal(true);
    answers.readiness = 'failure';
    await clock.advance(20_000);
    expect(probes.view.ready).to.equal(true);
    await clock.advance(10_000);
    expect(probes.view.ready).to.equal(false);
    expect(failures).to.have.length(3);
  });

  it('looks more often while a container comes up, without counting those failures', async () => {
    const { clock, answers, probes, failures } = run({ readinessProbe: probe(3) });
    answers.readiness = 'failure';
    await clock.advance(1_050);
    expect(failures).to.have.length(1);
    answers.readiness = 'success';
    await clock.advance(200);
    expect(probes.view.ready).to.equal(true);
  });

  it('holds liveness and readiness back until the startup probe has passed', async () => {
    const { clock, looks, answers, probes } = run({
      startupProbe: probe(1, { failureThreshold: 30 }),
      livenessProbe: probe(2),
      readinessProbe: probe(3),
    });
    answers.startup = 'failure';
    await clock.advance(15_000);
    expect(looks.every((one) => one.endsWith('startup'))).to.equal(true);
    expect(probes.view).to.deep.equal({ started: false, ready: false });
    answers.startup = 'success';
    await clock.advance(10_000);
    expect(probes.view).to.deep.equal({ started: true, ready: true });
  });

  it('calls for a restart after three failed looks at liveness, with the grace period of the probe, and looks no more', async () => {
    const { clock, looks, answers, probes } = run({
      livenessProbe: probe(2, { terminationGracePeriodSeconds: 5 }),
    });
    answers.liveness = 'failure';
    await clock.advance(19_000);
    expect(probes.view.unhealthy).to.equal(undefined);
    await clock.advance(60_000);
    expect(probes.view.unhealthy).to.deep.equal({
      message: 'Container web failed liveness probe, will be restarted',
      graceMs: 5_000,
    });
    expect(looks).to.have.length(3);
  });

  it('an adopted container stays ready until its probe says otherwise, and its looks are spread over the period', async () => {
    const { clock, looks, probes } = run(
      { readinessProbe: probe(3), startupProbe: probe(1) },
      { sinceStartMs: 60_000, adopted: { started: true, ready: true, spread: 0.5 } },
    );
    await settle();
    expect(probes.view).to.deep.equal({ started: true, ready: true });
    await clock.advance(16_000);
    expect(looks).to.deep.equal(['5 readiness', '15 readiness']);
  });

  it('is not started before its postStart hook is done, and is restarted when that fails', async () => {
    let end = (_fault: string | undefined) => {};
    const postStart = () => new Promise<string | undefined>((resolve) => (end = resolve));
    const { probes } = run({}, { postStart });
    expect(probes.view.started).to.equal(false);
    end('exit code 1');
    await settle();
    expect(probes.view.unhealthy?.message).to.equal('FailedPostStartHook: exit code 1');
  });

  it('discards failures that were measured while the agent itself was held up', async () => {
    const clock = new FakeClock();
    const lag = createLagMeter(clock);
    const failures: string[] = [];
    probeContainer({
      container: { name: 'web', livenessProbe: probe(2) },
      clock,
      // As after a loop that stood still: every look seems to have taken two seconds.
      lag: { since: () => 2_000, stop() {} },
      sinceStartMs: 0,
      attempt: async () => ({ type: 'failure', message: 'no answer within 1s' }),
      onChange() {},
      onFailure: (kind) => failures.push(kind),
    });
    await clock.advance(60_000);
    lag.stop();
    expect(failures).to.deep.equal([]);
  });
});
