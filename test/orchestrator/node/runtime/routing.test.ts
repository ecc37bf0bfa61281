import { expect } from 'chai';
import { type RoutedPod, runtimeOf } from '../../../../src/orchestrator/node/runtime/routing.ts';

describe('the runtime of a pod', () => {
  const rows: readonly (readonly [string, RoutedPod, string])[] = [
    [
      'runs programs of the machine and imported images as processes',
      { imagesAreLocal: [true, true], hasEngine: true },
      'process',
    ],
    ['runs any other image as a container', { imagesAreLocal: [false], hasEngine: true }, 'container'],
    [
      'is one for all containers of a pod: they share a network',
      { imagesAreLocal: [true, false], hasEngine: true },
      'container',
    ],
    [
      'is that of processes where there is no engine, which says what would make an image available',
      { imagesAreLocal: [false], hasEngine: false },
      'process',
    ],
    [
      'is that of processes where the RuntimeClass says so',
      { runtimeClass: 'process', imagesAreLocal: [false], hasEngine: true },
      'process',
    ],
    [
      'is chosen by the image where the RuntimeClass is another one',
      { runtimeClass: 'gvisor', imagesAreLocal: [false], hasEngine: true },
      'container',
    ],
  ];
  for (const [title, pod, runtime] of rows) it(title, () => expect(runtimeOf(pod)).to.equal(runtime));
});
