/* The version of package.json is that of the newest entry in CHANGELOG.md, and of the tag if one is named. */
import { readFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');

const [tag] = process.argv.slice(2);
const { version } = JSON.parse(read('package.json'));
// What is not released yet has no version, and stands above.
const newest = /^## (?!Unreleased$)(\S+)/m.exec(read('CHANGELOG.md'))?.[1];

const problems = [];
if (newest !== version) {
	problems.push(`package.json says ${version}, but the newest entry of CHANGELOG.md is ${newest}.`);
}
if (tag !== undefined && tag !== `v${version}`) {
	problems.push(`The tag is ${tag}, but the version in package.json wants v${version}.`);
}
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`Version ${version}.`);
process.exitCode = problems.length === 0 ? 0 : 1;
