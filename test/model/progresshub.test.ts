import { expect } from 'chai';
import type { ProgressEvent } from '../../src/model/progress.ts';
import { createProgressHub } from '../../src/model/progresshub.ts';

const event: ProgressEvent = { at: 0, delivery: 'shop', stage: 'received', message: 'hello' };

describe('the progress hub', () => {
  it('tells everybody who listens now, and keeps nothing for later', () => {
    const hub = createProgressHub();
    hub.publish(event);
    const heard: string[] = [];
    hub.subscribe(() => heard.push('a'));
    hub.subscribe(() => heard.push('b'));
    hub.publish(event);
    expect(heard).to.deep.equal(['a', 'b']);
  });

  it('tells nobody who has left, even in the midst of telling', () => {
    const hub = createProgressHub();
    let heard = 0;
    const leave = hub.subscribe(() => {
      heard += 1;
      leave();
    });
    hub.publish(event);
    hub.publish(event);
    expect(heard).to.equal(1);
  });

  it('goes on telling the others when one throws, and tells that one no more', () => {
    const hub = createProgressHub();
    const heard: string[] = [];
    hub.subscribe(() => {
      heard.push('bad');
      throw new Error('gone');
    });
    hub.subscribe(() => heard.push('good'));
    hub.publish(event);
    hub.publish(event);
    expect(heard).to.deep.equal(['bad', 'good', 'good']);
  });
});
