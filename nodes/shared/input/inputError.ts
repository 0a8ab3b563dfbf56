/** Input that cannot be sent: which field, what it held, what it should be. */
export class InputError extends Error {
	/** @param hint what to do about it */
	constructor(
		message: string,
		readonly hint?: string,
	) {
		super(message);
	}
}
