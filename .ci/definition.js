// Asks AWS's own validator, the one of the console and of Visual Studio Code, about the definition with everything put in that
// CloudFormation puts in.
//
// usage: NODE_PATH=… node .ci/definition.js statemachine/rollout.asl.json

const { readFileSync } = require('node:fs')
const { getLanguageService } = require('amazon-states-language-service')
const { TextDocument } = require('vscode-languageserver-textdocument')

const [file] = process.argv.slice(2)
const values = { AccountConcurrency: '50', RegionConcurrency: '5', Partition: 'aws' }
const text = readFileSync(file, 'utf8').replace(/\$\{(\w+)\}/g, (_, name) => {
  if (name.endsWith('FunctionArn')) return `arn:aws:lambda:eu-west-1:111122223333:function:${name}`
  if (name.endsWith('QueueUrl')) return `https://sqs.eu-west-1.amazonaws.com/111122223333/${name}`
  return values[name] ?? name
})

async function main() {
  const document = TextDocument.create(file, 'json', 1, text)
  const service = getLanguageService({})
  const found = await service.doValidation(document, service.parseJSONDocument(document))
  for (const { range, message } of found) console.log(`${file}:${range.start.line + 1}: ${message}`)
  process.exitCode = found.length ? 1 : 0
}

main()
