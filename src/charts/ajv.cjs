// The validator of JSON Schema as a module that `require` loads: schema.ts asks for it with the first schema that it meets, because it
// takes longer to load than most charts to render. The build makes one file of its hundred (scripts/setup.mjs).
exports.Ajv = require('ajv').Ajv;
exports.Ajv2020 = require('ajv/dist/2020.js').Ajv2020;
