import { expect } from 'chai';
import { formatResolvConf, resolvConf } from '../../src/base/resolvconf.ts';

describe('resolv.conf', () => {
  it('names servers, the search list of its last line, and options; comments say nothing', () => {
    const text =
      '# nameserver 9.9.9.9\nnameserver 192.0.2.1 ; first\nsearch old.example\n nameserver fd00::1\nsearch a.example b.example\noptions ndots:2 edns0\noptions rotate\n';
    expect(resolvConf(text)).to.deep.equal({
      servers: ['192.0.2.1', 'fd00::1'],
      searches: ['a.example', 'b.example'],
      options: ['ndots:2', 'edns0', 'rotate'],
    });
  });

  it('is written so that it reads the same', () => {
    const said = { servers: ['10.5.0.2'], searches: ['shop.svc.cluster.local'], options: ['ndots:5'] };
    expect(resolvConf(formatResolvConf(said))).to.deep.equal(said);
    expect(formatResolvConf({ servers: [], searches: [], options: [] })).to.equal('');
  });
});
