/* Asks a tenant what the nodes read of it, and compares. */
import { parseJson } from '../nodes/shared/json';
import { ask, type Made, type Reading } from './ask';
import type { Answer, Known, Probe, Tenant, Vendor } from './probe';
import {
	compare,
	discretionOf,
	formOf,
	hide,
	valuesIn,
	type Deviation,
	type Discretion,
} from './shapes';
import { partsOf, VOCABULARY } from './vocabulary';

/** What came of a call. */
export interface Finding {
	name: string;
	/** `undefined` where it was not made, or brought no answer. */
	status?: number;
	verdict: Verdict;
	/** Whether the path with a slash more or less at its end is answered alike; `undefined` where it was not tried. */
	slash?: 'alike' | 'differs';
	/** Why it was not made, or failed, in words. */
	reason?: string;
	deviations: Deviation[];
	/** What an answer that is no success consists of, a line for each part. */
	form: string[];
	/** What the nodes take such an answer for. */
	readAs?: Reading['word'];
	/** Whatever else there is to tell. */
	remarks: string[];
}

export type Verdict = 'fits' | 'differs' | 'does not fit' | 'refused' | 'told' | 'not looked at';

/** What a whole check has found. */
export interface Report {
	vendor: string;
	findings: Finding[];
	/** Names of headers about limits, each with the type of its value. */
	limits: string[];
}

/** Refusals that say something about the key, its license, or the moment. */
const ABOUT_RIGHTS_OR_MOMENT: Array<Reading['word']> = [
	...(['unauthorized', 'forbidden', 'throttled', 'unavailable'] as const),
];

/** Refusals that may be about what the call names. */
const ABOUT_ID: Array<Reading['word']> = ['refused', 'declined', 'unknown'];

/** Whether a refusal is none of the call itself. Any other is of one that the nodes would make in vain. */
const isExcused = ({ takes, extra }: Probe, word: Reading['word']): boolean =>
	extra === true ||
	ABOUT_RIGHTS_OR_MOMENT.includes(word) ||
	(takes?.given === true && ABOUT_ID.includes(word));

const ABOUT_LIMITS = /rate-?limit|retry-after|concurrency/i;

/** What may be otherwise a moment later. */
const OF_THE_MOMENT: Array<Reading['word']> = ['throttled', 'unavailable'];

/** What came with the other form of a path, where both have brought an answer. */
const otherForm = ({ answer, reading, twin }: Made) =>
	answer && reading && twin && typeof twin !== 'string' ? { answer, reading, twin } : undefined;

/** Whether one form of a path was answered by the moment, and the other one not: that says nothing of the path. */
function isOfTheMoment(made: Made): boolean {
	const both = otherForm(made);
	if (!both) return false;
	const words = [both.reading.word, both.twin.reading.word];
	return words[0] !== words[1] && words.some((word) => OF_THE_MOMENT.includes(word));
}

/** What the other form of a path differs in; `undefined` for nothing, or nothing that can be told. */
function slashDeviation(made: Made, discretion: Discretion): Deviation | undefined {
	const { probe, known } = made;
	const both = otherForm(made);
	if (!both || isOfTheMoment(made)) return undefined;
	const { answer, reading, twin } = both;
	const form = ({ body }: Answer) => formOf(parseJson(body), discretion).join('\n');
	const sameStatus = twin.answer.status === answer.status;
	const sameBody = twin.answer.body === answer.body;
	if (sameStatus && (sameBody || form(twin.answer) === form(answer))) return undefined;
	const how = sameStatus ? 'with another form' : `with status ${twin.answer.status}`;
	const has = probe.path(known).endsWith('/');
	return {
		path: 'the path',
		says: `is answered ${how} ${has ? 'without the slash' : 'with a slash'} at its end`,
		// The nodes use the form that is refused.
		harmful: reading.word !== 'success' && twin.reading.word === 'success',
	};
}

/** What can be told of any answer to a call. */
function basics(made: Made, discretion: Discretion) {
	const { probe, answer, twin, refusals } = made;
	const deviation = slashDeviation(made, discretion);
	const isUntold = !otherForm(made) || isOfTheMoment(made);
	const slash: Finding['slash'] = isUntold ? undefined : deviation ? 'differs' : 'alike';
	const remarks = [
		...(isOfTheMoment(made)
			? ['the two forms of its path were not compared: one of them was refused for the moment']
			: []),
		...(typeof twin === 'string' ? [`with the other form of its path: ${twin}`] : []),
		...(refusals.length > 0 ? ['it was refused as one too many at first, and made again'] : []),
	];
	const deviations = deviation ? [deviation] : [];
	return { name: probe.name, status: answer?.status, slash, deviations, form: [], remarks };
}

/** What an answer that is no success consists of. */
function formOfRefusal({ body }: Answer, discretion: Discretion): string[] {
	const json = parseJson(body);
	if (json !== undefined) return formOf(json, discretion);
	return [body.trim() === '' ? 'nothing' : 'no JSON'];
}

/** A success, compared with what is expected. */
function compared(made: Made, home: string, discretion: Discretion): Finding {
	const { probe, known, answer, reading } = made;
	const { json } = reading!;
	const common = basics(made, discretion);
	const { deviations: found, unseen } = compare(probe.expected!, json, discretion);
	const status = answer!.status;
	const others: Deviation[] =
		status === 200
			? []
			: [{ path: 'the whole reply', says: `has status ${status}, not 200`, harmful: false }];
	const deviations = [...found, ...others, ...common.deviations];
	const isHarmed = found.some(({ harmful }) => harmful);
	return {
		...common,
		verdict: isHarmed ? 'does not fit' : deviations.length > 0 ? 'differs' : 'fits',
		deviations,
		remarks: [
			...common.remarks,
			...unseen.map((path) => `it gives no ${path}, so none was looked at`),
			...(isHarmed ? [] : (probe.remarks?.(json as never, { known, home }) ?? [])),
		],
	};
}

/** An answer that the nodes take for no success. */
function refused(made: Made, discretion: Discretion): Finding {
	const { probe, answer, reading } = made;
	const { status, body } = answer!;
	const { word } = reading!;
	const common = basics(made, discretion);
	const isPage = parseJson(body) === undefined && status >= 200 && status < 300;
	const what = body.trim() === '' ? 'is empty' : 'is no JSON';
	const says = isPage ? what : `is an error with status ${status}`;
	const harmful = !isExcused(probe, word);
	const deviations = [
		...(isPage || harmful ? [{ path: 'the whole reply', says, harmful }] : []),
		...common.deviations,
	];
	return {
		...common,
		verdict: deviations.some((one) => one.harmful) ? 'does not fit' : 'refused',
		deviations,
		form: formOfRefusal(answer!, discretion),
		readAs: word,
	};
}

/** The answer to a call that names what does not exist: nobody documents it. */
const told = (made: Made, discretion: Discretion): Finding => ({
	...basics(made, discretion),
	verdict: 'told',
	form: formOfRefusal(made.answer!, discretion),
	readAs: made.reading!.word,
});

function findingOf(made: Made, home: string, discretion: Discretion): Finding {
	const { probe, answer, reading, reason } = made;
	if (!answer || !reading) {
		return { ...basics(made, discretion), verdict: 'not looked at', reason };
	}
	if (probe.expected === null) return told(made, discretion);
	return reading.word === 'success' ? compared(made, home, discretion) : refused(made, discretion);
}

/** The login, where there is one: a check that got so far has its token. */
function loginFinding({ status }: Answer): Finding {
	const says = `has status ${status}, not 201`;
	const deviations =
		status === 201 ? [] : [{ path: 'the whole reply', says, harmful: false as boolean }];
	const verdict = deviations.length > 0 ? 'differs' : 'fits';
	return { name: 'Login', status, verdict, deviations, form: [], remarks: [] };
}

/** The name of a header, whose parts may be anybody's. */
const headerName = (name: string) =>
	name
		.toLowerCase()
		.split('-')
		.map((part) => (part === 'x' || partsOf(part).every((one) => VOCABULARY.has(one)) ? part : '…'))
		.join('-');

/** Headers about limits, of all answers. Their values are left out. */
function limitsOf(answers: Answer[]): string[] {
	const lines = answers
		.flatMap(({ headers }) => Object.entries(headers))
		.filter(([name]) => ABOUT_LIMITS.test(name))
		.map(
			([name, value]) =>
				`${headerName(name)}: ${/^\d+$/.test(String(value)) ? 'a number' : 'text'}`,
		);
	return [...new Set(lines)].sort();
}

/** All answers to a call. */
const answersTo = ({ answer, twin, refusals }: Made): Answer[] => [
	...(answer ? [answer] : []),
	...(twin && typeof twin !== 'string' ? [twin.answer] : []),
	...refusals,
];

/**
 * Checks a tenant.
 * @param given ids that the person at the screen has named
 * @throws {TenantError} where the first call shows that the address or the key is wrong
 */
export async function checkTenant(vendor: Vendor, tenant: Tenant, given: Known): Promise<Report> {
	const made = await ask(vendor, tenant, given);
	const values = new Set<string>();
	for (const one of made) {
		// Most answers with the other form of a path are the same.
		const bodies = new Set(answersTo(one).map(({ body }) => body));
		const replies = [one.reading?.json, ...[...bodies].map(parseJson)];
		for (const reply of replies) valuesIn(one.probe.expected ?? undefined, reply, values);
	}
	for (const value of [...Object.values(given), ...tenant.secrets]) if (value) hide(value, values);
	const expected = vendor.probes.flatMap((probe) => probe.expected ?? []);
	const discretion = discretionOf(values, expected);
	const login = tenant.login ? [tenant.login] : [];
	return {
		vendor: vendor.name,
		findings: [
			...login.map(loginFinding),
			...made.map((one) => findingOf(one, tenant.home, discretion)),
		],
		limits: limitsOf([...login, ...made.flatMap(answersTo)]),
	};
}
