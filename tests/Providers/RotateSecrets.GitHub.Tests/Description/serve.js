// serve.js CACHE PRISM_PORT UPSTREAM_PORT QUERY_PORT: a validating proxy for the REST API, and a judge of GraphQL, until standard input ends.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { cut } = require('./cut.js');

const [cache, prismPort, upstreamPort, queryPort] = process.argv.slice(2);
const modules = path.join(cache, 'node_modules');
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));

let known;
function graphql() {
  if (!known) {
    const library = require(path.join(modules, 'graphql'));
    const text = fs.readFileSync(path.join(modules, '@octokit/graphql-schema/schema.graphql'), 'utf8');
    known = { library, schema: library.buildSchema(text, { assumeValidSDL: true }) };
  }

  return known;
}

// What type something is of whose type wasn't asked for.
function guess(value) {
  return value.__typename ?? ('entries' in value ? 'Tree' : 'text' in value || 'byteSize' in value || 'isBinary' in value ? 'Blob' : 'Commit');
}

/** Judges a query and, where there is one, its answer: every value has to be what the schema says. */
function judge({ query, variables, data }) {
  const { library, schema } = graphql();
  let document;
  try {
    document = library.parse(query);
  } catch (error) {
    return [`request: ${error.message}`];
  }

  const flaws = library.validate(schema, document, undefined, { maxErrors: 5 }).map((error) => `request: ${error.message}`);
  if (flaws.length > 0 || !data) {
    return flaws;
  }

  const answer = library.executeSync({
    schema,
    document,
    rootValue: data,
    variableValues: variables ?? {},
    fieldResolver: (source, _arguments, _context, info) => source[info.path.key],
    typeResolver: guess,
  });
  return (answer.errors ?? []).map((error) => `response: ${error.message} at ${(error.path ?? []).join('.')}`);
}

http
  .createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(judge(JSON.parse(Buffer.concat(parts).toString()))));
    });
  })
  .listen(Number(queryPort), '127.0.0.1');

process.argv = [process.argv[0], 'prism', 'proxy', '--errors', '-h', '127.0.0.1', '-p', prismPort, cut(cache), `http://127.0.0.1:${upstreamPort}`];
require(path.join(modules, '@stoplight/prism-cli/dist/index.js'));
