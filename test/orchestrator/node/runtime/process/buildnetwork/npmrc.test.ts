import { expect } from 'chai';
import { publicNpmrc } from '../../../../../../src/orchestrator/node/runtime/process/buildnetwork/npmrc.ts';

describe('settings of npm for builds', () => {
  it('say where packages come from, and hold neither tokens nor passwords', () => {
    const text = [
      'registry=https://npm.example.com/',
      '@shop:registry = https://shop.example.com/',
      '//npm.example.com/:_authToken=SECRET',
      '_auth=SECRET',
      'email=ann@example.com',
      'https-proxy=http://ann:SECRET@proxy.example.com',
      'cache=/home/ann/.npm',
      '; registry=commented',
    ].join('\n');
    expect(publicNpmrc(text)).to.equal(
      'registry=https://npm.example.com/\n@shop:registry = https://shop.example.com/\n',
    );
  });
});
