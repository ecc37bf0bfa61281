import { expect } from 'chai';
import { compiledFiles } from '../../../src/render/handlebars/compiled.ts';
import { chart, rendered } from '../request.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: "{{tpl Values.text}}"}\n';

describe('a template that was compiled', () => {
  it('is kept for the next render, but no text of tpl is: it holds values', () => {
    const render = (text: string) => rendered(chart(CONFIG, `text: "${text} {{Release.Name}}"\n`));
    expect(render('one').manifests[0]?.object.data).to.deep.equal({ text: 'one web' });
    const known = [...compiledFiles];
    expect(render('two').manifests[0]?.object.data).to.deep.equal({ text: 'two web' });
    expect(compiledFiles).to.deep.equal(known);
    expect(known.filter((file) => file.includes('tpl'))).to.deep.equal([]);
  });
});
