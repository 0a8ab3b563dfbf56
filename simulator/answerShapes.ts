import { WRONG_PATH_PAGE } from './cortex/errors';

/** A form of answer, as a fault gives it. */
export interface AnswerShape {
	/** Unless the fault names one. */
	status: number;
	/** JSON, or text; nothing at all where there is none. `words` is the reason that has to reach the user. */
	body?: (words: string, status: number) => unknown;
	/** The body from the answer that would have come: the request is carried out for it. */
	fromAnswer?: (answer: unknown, words: string) => unknown;
}

/** The reason where the fault names none. */
export const SHAPE_WORDS = 'The tenant refused the request';

const envelope = (words: string, status: number) => ({
	err_code: status,
	err_msg: 'An error occurred while processing XDR public API',
	err_extra: words,
});

/** Ids of the endpoints in a reply of get_action_status. */
const endpointsOf = (answer: unknown): string[] =>
	Object.keys((answer as { reply?: { data?: object } })?.reply?.data ?? {});

const actionErrors = (errorReasons: object) => ({ reply: { data: {}, errorReasons } });

/** Every documented form of an error of Cortex, and the forms of success that are not an object with a `reply`. */
export const answerShapes = {
	/** Most services. */
	reply: { status: 500, body: (words, status) => ({ reply: envelope(words, status) }) },
	/** Newer services. */
	flat: { status: 500, body: envelope },
	/** Import jobs: an unknown one. */
	detailText: { status: 404, body: (words) => ({ detail: words }) },
	/** Import jobs: a submission, or an id, that is wrong. */
	detailList: {
		status: 422,
		body: (words) => ({
			detail: [{ loc: ['body', 'assets', 0, 'last_seen'], msg: words, type: 'value_error' }],
		}),
	},
	/** Cases and issues. */
	error: { status: 400, body: (words) => ({ error: words }) },
	/** Network scans and rules. */
	metadata: {
		status: 400,
		body: (words, status) => ({
			err_code: status,
			err_msg: 'Bad Request',
			metadata: { err_extra: [{ field: 'filters', message: words }] },
		}),
	},
	/** Brokers. */
	description: {
		status: 400,
		body: (words) => ({ description: words, errors: [{ field: 'filters', message: words }] }),
	},
	/** Attack surface management. */
	messageErrors: {
		status: 422,
		body: (words) => ({ message: words, errors: { filters: [words] } }),
	},
	/** Nobody's path, or a real outage; holds no reason. */
	html: { status: 500, body: () => WRONG_PATH_PAGE },

	/** get_action_status, with a reason for each endpoint of the action. */
	actionErrors: {
		status: 500,
		fromAnswer: (answer, words) =>
			actionErrors(
				Object.fromEntries(endpointsOf(answer).map((id) => [id, { errorDescription: words }])),
			),
	},
	/** get_action_status, with neither statuses nor reasons. */
	actionErrorsEmpty: { status: 500, body: () => actionErrors({}) },

	/** Success of cases and issues. */
	nothing: { status: 204 },
	true: { status: 200, body: () => true },
	false: { status: 200, body: () => false },
	replyTrue: { status: 200, body: () => ({ reply: true }) },
	replyFalse: { status: 200, body: () => ({ reply: false }) },
} satisfies Record<string, AnswerShape>;

export type ShapeName = keyof typeof answerShapes;

/** A shape by its name, with all that shapes can have. */
export const shapeOf = (name: ShapeName): AnswerShape => answerShapes[name];
