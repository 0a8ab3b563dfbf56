import fc from 'fast-check';
import { piecesOf } from '../../nodes/CortexXdrDownloadFiles/download';
import { readWanted } from '../../nodes/CortexXdrDownloadFiles/downloadFiles';
import { elsewhereFile, ownFile } from '../../nodes/CortexXdrDownloadFiles/fileAnswer';
import { fileName, safeFileName } from '../../nodes/CortexXdrDownloadFiles/fileName';
import {
	linkIn,
	retrievalLinks,
	scriptLink,
	type Link,
} from '../../nodes/CortexXdrDownloadFiles/links';
import {
	hasNoFiles,
	whyNoScriptFiles,
	whyNotRetrieved,
} from '../../nodes/CortexXdrDownloadFiles/reasons';
import { DOWNLOADS } from '../../nodes/CortexXdrDownloadFiles/sources';
import { endpointRows } from '../../nodes/shared/cortex/actionStatus';
import * as cortex from '../samples/cortex';
import * as inputs from './inputs';
import { row, type Parser } from './parser';

const { value, text } = inputs;
const NOW = Date.parse('2026-03-01T12:00:00Z');

const LINK =
	'https://api-acme.example.com/public_api/v1/download/c2VjcmV0LXZhbHVl.0f0f?sig=abcdef012';
const links = fc.oneof(
	fc.constantFrom(
		LINK,
		'',
		' ',
		'http://a',
		'ftp://a/b',
		'https://a:b@c/d',
		'//a',
		'data:,x',
		'/a',
	),
	fc.webUrl({ withQueryParameters: true }),
	value,
);

const aLink = (link: Link) => {
	if ('none' in link) return expect(['string', 'undefined']).toContain(typeof link.none);
	const { protocol, username, password } = new URL(link.url);
	expect(['http:', 'https:']).toContain(protocol);
	expect(username + password).toBe('');
};

const details = { reply: { data: { 'endpoint-1': LINK, 'endpoint-2': null, 'endpoint-3': '' } } };

const END = `PK\u0005\u0006${'\0'.repeat(18)}`;
const bodies = fc.oneof(
	fc.constantFrom(END, `PK\u0003\u0004${'x'.repeat(40)}`, `PK\u0003\u0004x${END}`, 'PK', ''),
	inputs.made('PK', '\u0003\u0004', '\u0005\u0006', '\0', '\uffff', '{"reply":', '}', 'x'),
	text,
	inputs
		.bent(details, { reply: { err_code: 500, err_msg: 'No' } })
		.map((one) => JSON.stringify(one)),
);
const answers = fc
	.tuple(inputs.answer(details), bodies, fc.constantFrom('buffer', 'array', 'text', 'other'))
	.map(([answer, body, form]) => {
		const bytes = Buffer.from(String(body), 'utf8');
		const forms = {
			buffer: bytes,
			array: new Uint8Array(bytes).buffer,
			text: body,
			other: { a: 1 },
		};
		return { ...answer, body: forms[form as keyof typeof forms] as unknown };
	});
const aZip = (result: Buffer) => {
	expect(result.subarray(0, 2).toString('latin1')).toBe('PK');
	expect(result.includes('PK\u0005\u0006', 0, 'latin1')).toBe(true);
};

/** No path, nothing invisible, and something that can be a file. */
const aFileName = (name: string) => {
	expect(name).not.toMatch(/[\\/<>:"|?*\p{C}]/u);
	expect(['.', '..']).not.toContain(name);
	expect(name.length).toBeLessThanOrEqual(120);
};

const aReason = (reason: string) => {
	expect(reason).toMatch(/\.$/);
	expect(reason).not.toMatch(/undefined|\[object/);
};

/** What Download Files reads. */
export const fileParsers: Readonly<Record<string, Parser<unknown>>> = {
	'CortexXdrDownloadFiles/download.piecesOf': row({
		input: fc.webUrl({ withQueryParameters: true, withFragments: true }),
		run: piecesOf,
		check: (result: string[]) => expect(result.every((one) => one.length > 5)).toBe(true),
	}),
	'CortexXdrDownloadFiles/downloadFiles.readWanted': row({
		input: fc.tuple(value, fc.oneof(fc.constantFrom('', undefined, '={{ $json.a }}'), value)),
		run: ([given, stored]) => readWanted(given, stored),
		check: (result: string[] | undefined, input: unknown) => {
			const [, stored] = input as unknown[];
			// All endpoints only where the field was left empty.
			expect(result === undefined).toBe([undefined, null, ''].includes(stored as never));
			if (result) expect(result.length).toBeGreaterThan(0);
		},
	}),
	'CortexXdrDownloadFiles/fileAnswer.elsewhereFile': row({
		input: answers,
		run: (answer) => elsewhereFile(answer, NOW),
		check: aZip,
	}),
	'CortexXdrDownloadFiles/fileAnswer.ownFile': row({
		input: answers,
		run: (answer) => ownFile(answer, DOWNLOADS.fileRetrieval, NOW),
		check: aZip,
	}),
	'CortexXdrDownloadFiles/fileName.fileName': row({
		input: fc.tuple(
			fc.oneof(
				inputs.made(
					'attachment',
					';',
					' filename',
					'*',
					'=',
					"UTF-8''",
					'"',
					'\\',
					'../',
					'%c3%a4',
					'a.zip',
				),
				value,
			),
			fc.oneof(text, fc.constant('1')),
			text,
		),
		run: ([header, action, endpoint]) => fileName(header, action, endpoint),
		check: aFileName,
	}),
	'CortexXdrDownloadFiles/fileName.safeFileName': row({
		input: fc.oneof(
			text,
			inputs.made('..', '/', '\\', 'con', '.', 'zip', '\u202e', '\0', ' ', ':', 'a'),
			fc.string({ minLength: 100, maxLength: 400, unit: 'grapheme' }),
		),
		run: safeFileName,
		check: aFileName,
	}),
	'CortexXdrDownloadFiles/links.linkIn': row({ input: links, run: linkIn, check: aLink }),
	'CortexXdrDownloadFiles/links.retrievalLinks': row({
		input: inputs.bentObject(details),
		run: (json) => retrievalLinks(json, DOWNLOADS.fileRetrieval),
		check: (result: Map<string, Link>) => [...result.values()].forEach(aLink),
	}),
	'CortexXdrDownloadFiles/links.scriptLink': row({
		input: inputs.bentObject({ reply: { DATA: LINK } }, { reply: { data: LINK } }),
		run: (json) => scriptLink(json, DOWNLOADS.scriptExecution),
		check: aLink,
	}),
	'CortexXdrDownloadFiles/reasons.hasNoFiles': row({
		input: fc.record({ retrieved_files: fc.oneof(fc.constantFrom(0, '0', 1, '2', null), value) }),
		run: hasNoFiles,
		check: (result: boolean, input: unknown) => {
			if ((input as { retrieved_files: unknown }).retrieved_files === '0') {
				expect(result).toBe(true);
			}
		},
	}),
	'CortexXdrDownloadFiles/reasons.whyNoScriptFiles': row({
		input: fc.option(
			fc.record(
				{
					execution_status: fc.oneof(fc.constantFrom('FAILED', 'PENDING'), value),
					retrieved_files: value,
				},
				{ requiredKeys: [] },
			),
			{ nil: undefined },
		),
		run: whyNoScriptFiles,
		check: aReason,
	}),
	'CortexXdrDownloadFiles/reasons.whyNotRetrieved': row({
		input: fc.option(inputs.bentObject(cortex.actionStatus), { nil: undefined }),
		run(json) {
			if (!json) return [whyNotRetrieved(undefined)];
			return endpointRows(json, '1').map((one) => whyNotRetrieved(one));
		},
		check: (result: string[]) => result.forEach((reason) => expect(reason).toMatch(/\.$/)),
	}),
};

/** Functions of its that parse nothing. */
export const fileOthers: readonly string[] = [
	'CortexXdrDownloadFiles/download.downloaderOf',
	'CortexXdrDownloadFiles/download.mayHaveExpired',
	'CortexXdrDownloadFiles/downloadFiles.downloadFiles',
	'CortexXdrDownloadFiles/sources.filesOfScript',
	'CortexXdrDownloadFiles/sources.once',
	'CortexXdrDownloadFiles/sources.retrievedFiles',
	'shared/transport/inTurn.inTurn',
];
