// Cuts GitHub's official description down to the paths of paths.txt: whole, it takes a validating proxy minutes to load.
'use strict';
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

// The description says less, or another thing, than the documentation that it belongs to; each line here says where.
function mend(name, operation) {
  for (const response of Object.values(operation.responses ?? {})) {
    const content = response.content;
    if (content?.['application/json']) {
      // "Media types": GitHub answers to application/vnd.github+json, which its description leaves out.
      content['application/vnd.github+json'] = content['application/vnd.github.v3+json'] = content['application/json'];
    }
  }

  const account = name === '/app/installations' && operation.responses?.['200'].content['application/json'].schema.items.properties.account;
  if (account?.allOf) {
    // "Get an installation" says it right: the account is a user, an organisation or an enterprise, not all of them.
    account.anyOf = account.allOf;
    delete account.allOf;
  }

  for (const parameter of operation.parameters ?? []) {
    if (parameter.name === 'created' && /\/runs$/.test(name)) {
      // "List workflow runs": `created` takes the search syntax for dates (>=..., a..b), not one date.
      delete parameter.schema.format;
    }
  }
}

/** Answers with the path of the cut description, which is made where it isn't there yet. */
function cut(cache) {
  const list = fs.readFileSync(path.join(__dirname, 'paths.txt'), 'utf8');
  const mark = createHash('sha256').update(list).update(fs.readFileSync(__filename)).digest('hex').slice(0, 16);
  const file = path.join(cache, `description-${mark}.json`);
  if (fs.existsSync(file)) {
    return file;
  }

  const generated = path.join(cache, 'node_modules/@octokit/openapi/generated');
  const whole = JSON.parse(fs.readFileSync(path.join(generated, 'api.github.com.deref.json')));
  let enterprise;
  const paths = {};
  for (const name of list.split('\n').filter(Boolean)) {
    // The audit log is described with Enterprise Cloud alone.
    const found = whole.paths[name] ?? (enterprise ??= JSON.parse(fs.readFileSync(path.join(generated, 'ghec.deref.json')))).paths[name];
    if (!found) {
      throw new Error(`GitHub's description has no ${name}.`);
    }

    paths[name] = found;
    Object.values(found).forEach((operation) => mend(name, operation));
  }

  const part = `${file}.${process.pid}`;
  fs.writeFileSync(part, JSON.stringify({ openapi: whole.openapi, info: whole.info, servers: whole.servers, paths }));
  fs.renameSync(part, file);
  return file;
}

module.exports = { cut };
if (require.main === module) {
  console.log(cut(process.argv[2]));
}
