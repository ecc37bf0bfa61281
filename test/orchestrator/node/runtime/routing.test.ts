import { expect } from 'chai';
import { type RoutedPod, runtimeOf } from '../../../../src/orchestrator/node/runtime/routing.ts';

describe('the runtime of a pod', () => {
  const rows: readonly (readonly [string, RoutedPod, string])[] = [
    [
      'runs programs of the machine and imported images as processes',
      { imagesAreLocal: [true, true] },
      'process',
    ],
    ['runs any other image as a container', { imagesAreLocal: [false] }, 'container'],
    [
      'is one for all containers of a pod: they share a network',
      { imagesAreLocal: [true, false] },
      'container',
    ],
    [
      'is that of processes where the RuntimeClass says so',
      { runtimeClass: 'process', imagesAreLocal: [false] },
      'process',
    ],
    [
      'is chosen by the image where the RuntimeClass is another one',
      { runtimeClass: 'gvisor', imagesAreLocal: [false] },
      'container',
    ],
  ];
  for (const [title, pod, runtime] of rows) it(title, () => expect(runtimeOf(pod)).to.equal(runtime));
});
