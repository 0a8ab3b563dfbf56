import { isOpen, type Run } from './runs.mts';

/** The end of a worker. */
export interface Kill {
	/** Epoch milliseconds. */
	at: number;
	/** Executions that were parked then: nobody was at work for them, so each has to go on. */
	parked: Set<string>;
	/** Executions that it had begun and not ended: it took no others along. */
	begun: Set<string>;
}

/** A piece of work that a vendor was asked to start, or has started: of which kind, and what tells it from others. */
export interface Work {
	kind: string;
	about: string;
}

/** What the outside world knows of the runs. */
export interface Evidence {
	/** By a run's key: what it has to tell. A run without any has started nothing, so it has to tell of a refusal. */
	truth: Map<string, RegExp>;
	/** By kind: how many of its runs the injected faults can have ended at most; 0 unless it says so. */
	mostRefused: Record<string, number>;
	kills: Kill[];
}

/** What became of runs. The lists are empty where all went as promised. */
export interface Judgement {
	/** Runs that told how they ended. */
	told: number;
	/** By kind: runs that told what had happened, refusals aside. */
	good: Record<string, number>;
	/** Runs that a fault ended, in words that say which: of what starts work, mostly, which is never repeated. */
	refused: number;
	/**
	 * Runs that n8n ended, and said so, since their worker was killed while it was at work for them. Nobody is at work for
	 * a wait that is parked; what polls for it then is replaced.
	 */
	cutOff: number;
	/** The same, by kind. */
	cutOffByKind: Record<string, number>;
	/** What n8n said of those, each text once. */
	cutOffWords: string[];
	/** Runs that n8n ended for any other reason. */
	brokenOff: string[];
	/** Runs that nothing was heard of. */
	lost: string[];
	/** Runs that told more than once. */
	doubled: string[];
	/** Runs that told something else than what had happened, or of refusals that no fault explains. */
	wrong: string[];
}

/** How the words begin with which a run tells that it was refused something. */
export const REFUSED = 'refused: ';

/** What the nodes say of the faults of a soak: statuses without a body, and broken connections. */
const FAULT_WORDS =
	/ answered .+ with status 50[0234]\b|The connection broke before the answer was complete/;

/** What n8n says of an execution whose worker is gone. */
const KILL_WORDS = /^This execution failed to be processed too many times/;

/** For so long n8n may take to notice that a worker is gone: it looks every half minute. */
const NOTICED_MS = 3 * 60_000;

function isCutOff(run: Run, kills: Kill[]): boolean {
	const { failure } = run;
	if (failure === undefined || run.reports.length > 0 || !KILL_WORDS.test(failure.words)) {
		return false;
	}
	return kills.some(
		({ at, parked, begun }) =>
			run.startedAt <= at &&
			!parked.has(run.execution) &&
			begun.has(run.execution) &&
			at <= failure.at &&
			failure.at - at <= NOTICED_MS,
	);
}

const isRefused = ({ reports: [first] }: Run) => first?.startsWith(REFUSED) ?? false;

/** Why what a run told cannot be so, or undefined. */
function contradiction(run: Run, { truth }: Evidence): string | undefined {
	const [told] = run.reports;
	if (isRefused(run)) return FAULT_WORDS.test(told) ? undefined : 'no fault says so';
	const expected = truth.get(run.key);
	if (!expected) return 'nothing was started';
	return expected.test(told) ? undefined : `it was ${expected.source}`;
}

const count = (runs: Run[]) => {
	const counts: Record<string, number> = {};
	for (const { kind } of runs) counts[kind] = (counts[kind] ?? 0) + 1;
	return counts;
};

/** Compares what runs told with what happened. */
export function judge(runs: Run[], evidence: Evidence): Judgement {
	const named = ({ kind, key, reports, failure }: Run) =>
		`${kind} ${key}: ${[...reports, failure?.words ?? ''].filter(Boolean).join(' | ')}`;
	const told = runs.filter(({ reports }) => reports.length > 0);
	const ended = runs.filter((run) => run.failure !== undefined && run.reports.length === 0);
	const cutOff = runs.filter((run) => isCutOff(run, evidence.kills));
	const refused = told.filter(isRefused);
	const tooMany = Object.entries(count(refused)).filter(
		([kind, number]) => number > (evidence.mostRefused[kind] ?? 0),
	);
	return {
		told: told.length,
		good: count(
			told.filter((run) => !isRefused(run) && contradiction(run, evidence) === undefined),
		),
		refused: refused.length,
		cutOff: cutOff.length,
		cutOffByKind: count(cutOff),
		cutOffWords: [...new Set(cutOff.flatMap(({ failure }) => failure?.words ?? []))],
		brokenOff: ended.filter((run) => !cutOff.includes(run)).map(named),
		lost: runs.filter(isOpen).map(named),
		doubled: runs.filter(({ reports }) => reports.length > 1).map(named),
		wrong: [
			...told.flatMap((run) => {
				const why = contradiction(run, evidence);
				return why === undefined ? [] : `${named(run)} (${why})`;
			}),
			...tooMany.map(
				([kind, number]) =>
					`${number} runs of ${kind} were refused, and ${evidence.mostRefused[kind] ?? 0} can have met a fault`,
			),
		],
	};
}

/** What was started, compared with what was asked for. The lists are empty where all went as promised. */
export interface Starts {
	/** Pieces of work, by kind. */
	works: Record<string, number>;
	/** Started more than once. */
	startedTwice: string[];
	/** Started, and asked for by nobody: on another endpoint, or on more of them. */
	unasked: string[];
}

/** Compares what vendors have started with what they were asked to. */
export function judgeStarts(asked: Work[], started: Work[]): Starts {
	const named = ({ kind, about }: Work) => `${kind} ${about}`;
	const wanted = new Set(asked.map(named));
	const names = started.map(named);
	const works: Record<string, number> = {};
	for (const { kind } of started) works[kind] = (works[kind] ?? 0) + 1;
	return {
		works,
		startedTwice: names.filter((name, place) => names.indexOf(name) !== place),
		unasked: names.filter((name) => !wanted.has(name)),
	};
}
