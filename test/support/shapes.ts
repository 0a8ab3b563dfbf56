/**
 * The forms that the vendor's services have for an error: name, status, body, the words in it, and whether it is the
 * word of somebody who has looked at the request.
 */
export const SHAPES: Array<[string, number, unknown, string, boolean]> = [
	[
		'reply with a text in err_extra',
		500,
		{ reply: { err_code: 500, err_msg: 'Failed', err_extra: 'why' } },
		'Failed: why',
		true,
	],
	[
		'reply with a code as text, and a list',
		500,
		{ reply: { err_code: '500', err_msg: 'Failed', err_extra: ['a', 'b'] } },
		'Failed: a; b',
		true,
	],
	[
		'reply without err_extra',
		500,
		{ reply: { err_code: 500, err_msg: 'Failed', err_extra: null } },
		'Failed',
		true,
	],
	['flat', 400, { err_code: 400, err_msg: 'Failed', err_extra: 'why' }, 'Failed: why', true],
	['flat on 200', 200, { err_code: 500, err_msg: 'Failed' }, 'Failed', true],
	[
		'detail as a list',
		422,
		{ detail: [{ loc: ['body', 'assets', 0], msg: 'is missing', type: 'value_error' }] },
		'body.assets.0: is missing',
		true,
	],
	['detail as a text', 400, { detail: 'Something is wrong' }, 'Something is wrong', true],
	// So says a service that has crashed, and of a start nobody knows then.
	['detail as a text, with 500', 500, { detail: 'Something broke' }, 'Something broke', false],
	['error', 400, { error: 'No such status' }, 'No such status', false],
	[
		'err_msg with metadata',
		400,
		{ err_msg: 'Wrong', metadata: { err_extra: [{ field: 'name', message: 'is taken' }] } },
		'Wrong: name: is taken',
		true,
	],
	[
		'description with errors',
		400,
		{ description: 'Wrong', errors: [{ field: 'name', message: 'is taken' }] },
		'Wrong: name: is taken',
		true,
	],
	[
		'message with errors',
		422,
		{ message: 'Wrong', errors: [{ field: 'name', message: 'is taken' }] },
		'Wrong: name: is taken',
		true,
	],
	['a text', 500, 'It broke', 'It broke', false],
	['a page', 500, '<html><title>It broke</title></html>', 'It broke', false],
];
