// Prints what the suite in the working directory says of its tests: their kinds, and on which others each depends. A test without a kind is required.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const read = async file => (await import(pathToFileURL(`${process.cwd()}/tests/${file}`))).default
const groups = [...await read('index.mjs')]
if (existsSync('tests/surrogate-control.mjs')) { // which the client of older editions adds by itself
	const more = await read('surrogate-control.mjs')
	if (!groups.includes(more)) groups.push(more)
}
const catalogue = groups.flatMap(group => group.tests.filter(test => !test.browser_only).map(test => ({
	id: test.id,
	group: group.id,
	kind: test.kind ?? 'required',
	needs: test.depends_on ?? []
})))
console.log(JSON.stringify(catalogue))
