import { expect } from 'chai';
import { CONFIG_MAPS } from '../../src/kube/kinds/resources.data.ts';
import type { Bench } from './kubeclient.ts';
import { configMap, newConfigMap, refusal, startWatch, versionOf, withDeadline } from './notation.ts';

export function watching(bench: Bench): void {
  const key = (name: string) => ({ namespace: bench.namespace, name });
  const only = (name: string) => ({ namespace: bench.namespace, fieldSelector: `metadata.name=${name}` });
  const merge = (name: string, body: object) =>
    bench.client.patch(CONFIG_MAPS, key(name), { type: 'merge', body: body as never });

  it('tells of every change after a list, in order, with rising versions', async () => {
    const name = bench.name('life');
    const list = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace });
    const watch = startWatch(bench.client, CONFIG_MAPS, {
      ...only(name),
      resourceVersion: list.metadata.resourceVersion ?? '',
    });
    const created = await newConfigMap(bench, name, { step: '1' });
    const changed = await merge(name, { data: { step: '2' } });
    await bench.client.delete(CONFIG_MAPS, key(name));

    const events = [await watch.next(), await watch.next(), await watch.next()];
    watch.stop();
    expect(events.map((event) => event.type)).to.deep.equal(['ADDED', 'MODIFIED', 'DELETED']);
    expect(events[0]?.object).to.deep.equal(created);
    expect(events[1]?.object).to.deep.equal(changed);
    expect(events[2]?.object.data).to.deep.equal({ step: '2' });
    const versions = events.map((event) => versionOf(event.object));
    expect(versions).to.deep.equal([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).to.equal(3);
  });

  it('replays what happened since an earlier version', async () => {
    const name = bench.name('replay');
    const created = await newConfigMap(bench, name, { step: '1' });
    await merge(name, { data: { step: '2' } });
    await merge(name, { data: { step: '3' } });
    const watch = startWatch(bench.client, CONFIG_MAPS, {
      ...only(name),
      resourceVersion: created.metadata.resourceVersion ?? '',
    });
    const steps = [await watch.next(), await watch.next()].map((event) => event.object.data?.step);
    watch.stop();
    expect(steps).to.deep.equal(['2', '3']);
  });

  it('starts with synthetic ADDED events when no version is named', async () => {
    const name = bench.name('initial');
    await newConfigMap(bench, name);
    const watch = startWatch(bench.client, CONFIG_MAPS, only(name));
    const first = await watch.next();
    expect([first.type, first.object.metadata.name]).to.deep.equal(['ADDED', name]);
    await merge(name, { data: { more: 'x' } });
    expect((await watch.next()).type).to.equal('MODIFIED');
    watch.stop();
  });

  it('marks the end of the initial events with a bookmark when asked to send them', async () => {
    const name = bench.name('streamed');
    await newConfigMap(bench, name);
    const watch = startWatch(bench.client, CONFIG_MAPS, { ...only(name), sendInitialEvents: true });
    expect((await watch.any())?.type).to.equal('ADDED');
    const mark = await watch.any();
    watch.stop();
    expect(mark?.type).to.equal('BOOKMARK');
    expect(mark?.object.kind).to.equal('ConfigMap');
    expect(mark?.object.metadata.annotations).to.deep.include({ 'k8s.io/initial-events-end': 'true' });
    expect(mark?.object.metadata.resourceVersion).to.match(/^[1-9]\d*$/);
  });

  it('tells a watcher with a selector ADDED when an object enters it and DELETED when it leaves', async () => {
    const name = bench.name('moving');
    const label = bench.name('in');
    await newConfigMap(bench, name);
    const list = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace });
    const watch = startWatch(bench.client, CONFIG_MAPS, {
      namespace: bench.namespace,
      labelSelector: `set=${label}`,
      resourceVersion: list.metadata.resourceVersion ?? '',
    });
    await merge(name, { metadata: { labels: { set: label } } });
    await merge(name, { data: { more: 'x' } });
    await merge(name, { metadata: { labels: { set: null } } });
    const types = [await watch.next(), await watch.next(), await watch.next()].map((event) => event.type);
    watch.stop();
    expect(types).to.deep.equal(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('tells nothing of a dry run, nor of a write that changed nothing', async () => {
    const name = bench.name('quiet');
    const created = await newConfigMap(bench, name, { step: '1' });
    const watch = startWatch(bench.client, CONFIG_MAPS, {
      ...only(name),
      resourceVersion: created.metadata.resourceVersion ?? '',
    });
    await bench.client.update(CONFIG_MAPS, configMap(bench, name, { step: 'dry' }), { dryRun: true });
    await merge(name, { data: { step: '1' } });
    await merge(name, { data: { step: 'real' } });
    const event = await watch.next();
    watch.stop();
    expect(event.object.data).to.deep.equal({ step: 'real' });
  });

  it('ends without error when the signal aborts', async () => {
    const name = bench.name('aborted');
    await newConfigMap(bench, name);
    const abort = new AbortController();
    const iterator = bench.client
      .watch(CONFIG_MAPS, { ...only(name), resourceVersion: '0', signal: abort.signal })
      [Symbol.asyncIterator]();
    await withDeadline(iterator.next());
    // Of one object, nothing more is to come: this waits when the signal aborts.
    const next = iterator.next();
    abort.abort();
    expect((await withDeadline(next)).done).to.equal(true);
  });

  it('ends without error after timeoutSeconds', async () => {
    const watch = startWatch(bench.client, CONFIG_MAPS, { namespace: bench.namespace, timeoutSeconds: 1 });
    while (await watch.any());
  });

  it('refuses a version that is no number', async () => {
    const watch = startWatch(bench.client, CONFIG_MAPS, {
      namespace: bench.namespace,
      resourceVersion: 'soon',
    });
    const error = await refusal(watch.any());
    // kube-apiserver answers 500 here: it finds out only when the watch has begun.
    expect([400, 500]).to.include(error.code);
  });

  it('serves many watchers of the same objects with the same events', async () => {
    const name = bench.name('many');
    const list = await bench.client.list(CONFIG_MAPS, { namespace: bench.namespace });
    const watches = Array.from({ length: 10 }, () =>
      startWatch(bench.client, CONFIG_MAPS, {
        ...only(name),
        resourceVersion: list.metadata.resourceVersion ?? '',
      }),
    );
    const created = await newConfigMap(bench, name);
    const first = await Promise.all(watches.map((watch) => watch.next()));
    for (const watch of watches) watch.stop();
    for (const event of first) expect(event.object).to.deep.equal(created);
  });
}
