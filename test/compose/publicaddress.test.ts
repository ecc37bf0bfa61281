import { expect } from 'chai';
import { type FaceAddress, publicAddress } from '../../src/compose/publicaddress.ts';

const face: FaceAddress = {
  host: '0.0.0.0',
  port: 7080,
  names: ['localhost', 'pilotage.localhost', 'pilotage.example.com'],
  isEncrypted: true,
};

describe('the address of the face for people elsewhere', () => {
  it('is the name that an administrator gave it, with its port', () => {
    expect(publicAddress(face)).to.equal('https://pilotage.example.com:7080');
    expect(publicAddress({ ...face, port: 443 })).to.equal('https://pilotage.example.com');
  });

  it('is where a provider sends browsers, whatever listens behind a proxy', () => {
    const callback = 'https://cd.example.com/login/oidc/callback';
    expect(publicAddress({ ...face, host: '127.0.0.1', isEncrypted: false, callback })).to.equal(
      'https://cd.example.com',
    );
  });

  it('is not known on loopback, without a name of its own, on any port, and without TLS', () => {
    const none: readonly Partial<FaceAddress>[] = [
      { host: '127.0.0.1' },
      { names: [] },
      { names: ['localhost', '127.0.0.1', 'pilotage.localhost'] },
      { port: 0 },
      { isEncrypted: false },
    ];
    for (const one of none) expect(publicAddress({ ...face, ...one })).to.equal(undefined);
  });
});
