// The peer of bench_schema check: the same bodies and schemas, compiled by ajv; prints "bodies/s VALID".
// usage: node check.js NODE_MODULES SCHEMAS BODIES SECONDS
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, schemas, bodiesFile, seconds] = process.argv.slice(2);
const Ajv = require(path.join(modules, 'ajv/dist/2020')).default;
const addFormats = require(path.join(modules, 'ajv-formats')).default;

const ajv = new Ajv({ strict: false });
addFormats(ajv);
let create;
for (const folder of ['', 'common']) {
  for (const file of fs.readdirSync(path.join(schemas, folder))) {
    if (!file.endsWith('.json')) continue;
    const schema = JSON.parse(fs.readFileSync(path.join(schemas, folder, file), 'utf8'));
    ajv.addSchema(schema);
    if (file === 'instance_create.json') create = schema.$id;
  }
}
const validate = ajv.getSchema(create);
const bodies = JSON.parse(fs.readFileSync(bodiesFile, 'utf8'));
let best = 0;
let valid = 0;
for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
  const start = process.hrtime.bigint();
  valid = 0;
  for (const body of bodies) if (validate(body)) valid++;
  const rate = (bodies.length * 1e9) / Number(process.hrtime.bigint() - start);
  if (rate > best) best = rate;
}
console.log(`${Math.round(best)} ${valid}`);
