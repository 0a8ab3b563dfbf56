import {
	assetInWords,
	assetJobOf,
	assetJobWithOutput,
	jobSummary,
	outputOf,
	reasonOf,
} from '../../nodes/shared/qualys/assetJobs';
import { scriptJobStatus } from '../../nodes/shared/qualys/jobs';

type Standing = [state: 'pending' | 'finished' | 'unknown', succeeded: boolean | null];

const PENDING: Standing = ['pending', null];
const PASSED: Standing = ['finished', true];
const FAILED: Standing = ['finished', false];
const UNKNOWN: Standing = ['unknown', null];

const OUTPUT = { output: { code: 0, text: 'SUCCESS' } };
const FAILURE = { output: { code: 1, text: 'FAILURE' } };
const ENDED = { enddate: '2022-05-11T06:42:13.692+00:00' };

const standing = (record: object): Standing => {
	const { state, succeeded } = assetJobOf({ ...record }, '7');
	return [state, succeeded];
};

describe('the state of an asset job', () => {
	it.each<[word: string, expected: Standing, withOutput?: Standing]>([
		// Pending, whatever else the record says.
		['MANIFEST_GENERATION_IN_PROGRESS', PENDING],
		['MANIFEST_PUBLISHED', PENDING],
		['MANIFEST_ASSIGNED', PENDING],
		['MANIFEST_DOWNLOAD_SUCCESS', PENDING],
		['MANIFEST_PARSE_SUCCESS', PENDING],
		['MANIFEST_EXECUTION_SUCCESS', PENDING],
		// Final.
		['MANIFEST_EXPIRED', FAILED],
		['EXECUTION FAILED', FAILED],
		['EXECUTION PASSED', PASSED],
		['MANIFEST_DOWNLOAD_FAILED', FAILED],
		['MANIFEST_PARSE_FAILED', FAILED],
		['MANIFEST_EXECUTION_FAILED', FAILED],
		['SCRIPT_RESULT_UPLOAD_FAILED', FAILED],
		// Final, and they say nothing about the script: the exit code does.
		['REBOOT_PENDING', FAILED, PASSED],
		['REBOOT_COMPLETED', FAILED, PASSED],
	])('%s', (word, expected, withOutput = expected) => {
		expect(standing({ status: word })).toEqual(expected);
		expect(standing({ status: word, ...OUTPUT, ...ENDED })).toEqual(withOutput);
		for (const written of [
			word.replaceAll('_', ' '),
			word.replaceAll(' ', '_'),
			word.replaceAll(/[ _]/g, '-').toLowerCase(),
			` ${word.replaceAll(/[ _]/g, '\u00a0')} `,
		]) {
			expect(standing({ status: written })).toEqual(expected);
		}
	});

	it.each<[what: string, record: object, expected: Standing]>([
		['an exit code of 0 and no word', OUTPUT, PASSED],
		['an exit code of 0 as text', { output: { code: '0' } }, PASSED],
		['another exit code and no word', FAILURE, FAILED],
		['an end and neither word nor code', ENDED, FAILED],
		['an end, and an output without a code', { ...ENDED, output: { text: 'SUCCESS' } }, FAILED],
		['an output without a code', { output: { text: 'SUCCESS' } }, PENDING],
		['an output that is no object', { output: 'SUCCESS' }, PENDING],
		['an end that is empty', { enddate: '' }, PENDING],
		['an end that is null', { enddate: null }, PENDING],
		['nothing', {}, PENDING],
		['the result of the script alone', { scriptResult: 'b2s=' }, PENDING],
		['a word that nobody documented', { status: 'COMPLETED' }, UNKNOWN],
		['such a word, although it ended well', { status: 'DONE', ...OUTPUT, ...ENDED }, UNKNOWN],
		['a word of another vendor', { status: 'COMPLETED_SUCCESSFULLY', ...OUTPUT }, UNKNOWN],
		['a longer word', { status: 'EXECUTION PASSED WITH WARNINGS', ...OUTPUT }, UNKNOWN],
		['a word that every object has', { status: 'constructor' }, UNKNOWN],
		['an empty word', { status: ' ', ...OUTPUT }, PASSED],
		['a word that is a number', { status: 3, ...OUTPUT }, PASSED],
		['a word by another name', { assetJobStatus: 'EXECUTION PASSED' }, PASSED],
		['a state by another name', { executionState: 'MANIFEST_EXPIRED' }, FAILED],
		['a word one level down', { job: { status: 'EXECUTION PASSED' } }, PASSED],
		['a word two levels down', { job: { of: { status: 'EXECUTION PASSED' } } }, PENDING],
		['a word in a list', { statuses: ['EXECUTION PASSED'] }, PENDING],
		['a word in a field that says no status', { title: 'EXECUTION PASSED' }, PENDING],
		[
			'two words, one of which is pending',
			{ status: 'EXECUTION PASSED', uploadStatus: 'MANIFEST_EXECUTION_SUCCESS' },
			PENDING,
		],
		[
			'two words, one of which is a failure',
			{ status: 'EXECUTION PASSED', uploadStatus: 'SCRIPT_RESULT_UPLOAD_FAILED' },
			FAILED,
		],
		[
			'a word about the reboot beside one about the script',
			{ rebootState: 'REBOOT_PENDING', status: 'EXECUTION PASSED' },
			PASSED,
		],
		['a known word beside an unknown one', { state: 'X', status: 'EXECUTION PASSED' }, PASSED],
		['an unknown word about the asset', { assetStatus: 'ACTIVE', ...OUTPUT }, PASSED],
		['an unknown word about its agent', { agent: { state: 'ONLINE' }, ...FAILURE }, FAILED],
		['an unknown word about its host', { hostState: 'UP' }, PENDING],
		['an unknown word about the asset job', { assetJobStatus: 'HALF', ...OUTPUT }, UNKNOWN],
	])('of a record with %s', (_, record, expected) => {
		expect(standing(record)).toEqual(expected);
	});

	it('shows an unknown word as it came', () => {
		expect(assetJobOf({ status: 'Odd Word' }, '7').status).toBe('Odd Word');
	});
});

describe('what a record says beside it', () => {
	it.each<[path: string, record: object, id: string | null, name: string | null]>([
		['top level', { assetId: 75, assetName: 'srv-1' }, '75', 'srv-1'],
		['an object', { asset: { id: '75', name: 'srv-1' } }, '75', 'srv-1'],
		['a UUID only', { assetUuid: 'a-b' }, 'a-b', null],
		['a host name', { hostname: 'srv-1' }, null, 'srv-1'],
		['blank names', { assetName: ' ', hostName: 'srv-1' }, null, 'srv-1'],
		['other forms', { assetName: ['srv-1'], assetId: {} }, null, null],
		['nothing known', { machine: 'srv-1' }, null, null],
	])('asset by %s', (_, record, asset_id, asset_name) => {
		expect(assetJobOf({ ...record }, '7')).toMatchObject({ asset_id, asset_name });
	});

	it.each<[came: unknown, ended: unknown]>([
		['2022-05-11T06:42:13.692+00:00', '2022-05-11T06:42:13.692Z'],
		['2022-05-11T08:42:13+02:00', '2022-05-11T06:42:13.000Z'],
		[1652251333692, '2022-05-11T06:42:13.692Z'],
		['soon', 'soon'],
		['2022-99-99T00:00:00Z', '2022-99-99T00:00:00Z'],
		[null, null],
		[undefined, null],
	])('end %j', (enddate, ended_at) => {
		expect(assetJobOf({ enddate }, '7')).toMatchObject({ ended_at });
	});

	it.each<[why: string, record: object, reason: string]>([
		[
			'exit code',
			{ status: 'EXECUTION FAILED', ...FAILURE },
			'EXECUTION FAILED (exit code 1, FAILURE)',
		],
		['word alone', { status: 'MANIFEST_EXPIRED' }, 'MANIFEST_EXPIRED'],
		['code without text', { output: { code: 3 } }, 'exit code 3'],
		[
			'reboot without a code',
			{ status: 'REBOOT_PENDING' },
			'REBOOT_PENDING (Qualys does not say how the script ended)',
		],
		['end alone', ENDED, 'it ended, and Qualys does not say how'],
	])('reason: %s', (_, record, reason) => {
		expect(reasonOf(assetJobOf({ ...record }, '7'))).toBe(reason);
	});

	it('names an asset by what there is', () => {
		const named = (record: object) => assetInWords(assetJobOf({ ...record }, '7'));
		expect(named({ assetName: 'srv-1', assetId: 5 })).toBe('srv-1');
		expect(named({ assetId: 5 })).toBe('Asset 5');
		expect(named({})).toBe('An asset without a name');
	});
});

const base64 = (text: string, encoding: BufferEncoding = 'utf8') =>
	Buffer.from(text, encoding).toString('base64');

describe('what a script printed', () => {
	it.each<[what: string, came: unknown, output: string | null, kept?: boolean | string]>([
		[
			"the vendor's sample",
			'U2hlbGwgU2NyaXB0IE91dHB1dCBwcmludGVkISEK',
			'Shell Script Output printed!!\n',
		],
		['UTF-8', base64('Größe: 5 €\r\n'), 'Größe: 5 €\r\n'],
		['UTF-8 with a mark', base64('\ufeffok'), 'ok'],
		['base64 in lines', 'U2hlbGwg\r\nU2NyaXB0\n', 'Shell Script'],
		['base64 without padding', 'b2s', 'ok'],
		['nothing printed', '', ''],
		['none', null, null],
		['missing', undefined, null],
		['another form', { text: 'ok' }, null],
		['no base64', 'It failed: 5 %', 'It failed: 5 %'],
		['UTF-16 of Windows', base64('Größe', 'utf16le'), null, true],
		['UTF-16 of plain letters', base64('ok', 'utf16le'), null, true],
		['Latin-1', base64('Größe', 'latin1'), null, true],
		['bytes', Buffer.from([0, 255, 1]).toString('base64'), null, true],
		['no base64, with a zero byte', 'It failed:\0', null, base64('It failed:\0')],
	])('%s', (_, scriptResult, script_output, kept = false) => {
		expect(outputOf({ scriptResult })).toEqual({
			script_output,
			...(kept && { script_output_base64: kept === true ? scriptResult : kept }),
		});
	});

	it('stands in the row before its end', () => {
		const row = assetJobWithOutput(
			{ status: 'EXECUTION PASSED', ...OUTPUT, scriptResult: 'b2s=' },
			'7',
		);
		expect(row).toEqual({
			job_id: '7',
			asset_id: null,
			asset_name: null,
			state: 'finished',
			succeeded: true,
			status: 'EXECUTION PASSED',
			exit_code: 0,
			exit_text: 'SUCCESS',
			script_output: 'ok',
			ended_at: null,
		});
	});
});

const jobs = (...records: object[]) => records.map((record) => assetJobOf({ ...record }, '7'));

describe('a job', () => {
	it('is summed up, and has not finished without assets', () => {
		expect(jobSummary('7', [])).toEqual({
			job_id: '7',
			finished: false,
			total: 0,
			passed: 0,
			failed: 0,
			pending: 0,
			unknown: 0,
			by_status: {},
			assets: [],
		});
		const assets = jobs(
			{ status: 'EXECUTION PASSED' },
			{ status: 'MANIFEST_EXPIRED' },
			{ status: 'MANIFEST_PUBLISHED' },
			{ status: 'ODD' },
			{},
		);
		expect(jobSummary('7', assets)).toMatchObject({
			finished: false,
			total: 5,
			passed: 1,
			failed: 1,
			pending: 2,
			unknown: 1,
			by_status: {
				'EXECUTION PASSED': 1,
				MANIFEST_EXPIRED: 1,
				MANIFEST_PUBLISHED: 1,
				ODD: 1,
				pending: 1,
			},
		});
		expect(jobSummary('7', assets.slice(0, 2))).toMatchObject({ finished: true });
	});

	const all = { finishedShare: 100, requiredShare: 100 };

	it.each<[what: string, records: object[], settings: typeof all, expected: object]>([
		['none known', [], all, { ended: false }],
		[
			'all passed',
			[{ status: 'EXECUTION PASSED' }],
			all,
			{ ended: true, succeeded: true, word: 'EXECUTION PASSED' },
		],
		[
			'one failed',
			[
				{ status: 'EXECUTION_PASSED' },
				{ status: 'EXECUTION FAILED', assetName: 'srv-2', ...FAILURE },
			],
			all,
			{
				ended: true,
				succeeded: false,
				word: 'EXECUTION FAILED',
				errors: [{ part: 'srv-2', text: 'EXECUTION FAILED (exit code 1, FAILURE)' }],
			},
		],
		[
			'one pending',
			[{ status: 'EXECUTION PASSED' }, { status: 'MANIFEST_ASSIGNED' }],
			all,
			{ ended: false, word: 'MANIFEST_ASSIGNED' },
		],
		[
			'one unknown',
			[{ status: 'EXECUTION PASSED' }, { status: 'ODD' }],
			all,
			{ ended: false, word: 'ODD' },
		],
		[
			'one offline, and half is enough',
			[{ status: 'EXECUTION PASSED' }, { status: 'MANIFEST_PUBLISHED' }],
			{ finishedShare: 50, requiredShare: 100 },
			{ ended: true, succeeded: true },
		],
		[
			'one failed, and half is enough',
			[{ status: 'EXECUTION PASSED' }, { status: 'MANIFEST_EXPIRED' }],
			{ finishedShare: 100, requiredShare: 50 },
			{ ended: true, succeeded: true },
		],
	])('with %s', (_, records, settings, expected) => {
		expect(scriptJobStatus(jobs(...records), settings)).toMatchObject(expected);
	});
});
