import type { Outcome } from './tenant.mts';

/** A ticket as the workflow opened it. */
export interface Ticket {
	summary: string;
	description: string;
}

/** What a ticket tells of what has happened. Each is a number of hosts but the first. */
export interface Told {
	/** Whether it says that all hosts are isolated where they are, and that not all are where they are not. */
	right: boolean;
	failed: number;
	/** Of those: named with the vendor's word. */
	named: number;
	/** Failed, and the vendor says why. */
	explained: number;
	/** Of those: named with that reason. */
	withReason: number;
}

const SUCCESS = 'COMPLETED_SUCCESSFULLY';

/** The sentences in the vendor's account of a failure, whichever of its forms it has. */
export function sentencesIn(reason: unknown): string[] {
	if (typeof reason === 'string') {
		if (reason.startsWith('{')) return sentencesIn(JSON.parse(reason));
		return /^\S+ \S/.test(reason) ? [reason] : [];
	}
	if (typeof reason !== 'object' || reason === null) return [];
	return Object.values(reason).flatMap(sentencesIn);
}

/** Compares what a ticket tells with what became of the hosts. */
export function judgeTicket({ summary, description }: Ticket, outcomes: Outcome[]): Told {
	const failed = outcomes.filter(({ word }) => word !== SUCCESS);
	const explained = failed.filter(({ reason }) => sentencesIn(reason).length > 0);
	const lines = description.split('\n');
	// A line may be about several hosts, but what is said of a host stands behind its name.
	const isTold = ({ hostname }: Outcome, words: string[]) =>
		lines.some((line) => {
			const place = line.indexOf(hostname);
			return place >= 0 && words.some((word) => line.includes(word, place));
		});
	return {
		right: summary.includes('NOT') === failed.length > 0,
		failed: failed.length,
		named: failed.filter((one) => isTold(one, [one.word, ...sentencesIn(one.reason)])).length,
		explained: explained.length,
		withReason: explained.filter((one) => isTold(one, sentencesIn(one.reason))).length,
	};
}

/** What became of hosts, to compare one run with another. */
export const resultOf = (outcomes: Outcome[]): string =>
	outcomes
		.map(
			({ hostname, word, isolated }) =>
				`${hostname} ${word} ${isolated ? 'isolated' : 'not isolated'}`,
		)
		.sort()
		.join('\n');
