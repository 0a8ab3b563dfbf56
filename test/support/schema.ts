import fastify from 'fastify';

/** What in a value is not as its JSON schema wants it; `undefined` where all is. */
export async function violation(schema: object, value: unknown): Promise<string | undefined> {
	const app = fastify({
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
	});
	app.post('/', { schema: { body: schema } }, async () => ({}));
	await app.ready();
	const validate = app.validatorCompiler!({
		schema,
		method: 'POST',
		url: '/',
		httpPart: 'body',
	}) as ((given: unknown) => boolean) & { errors?: unknown };
	const found = validate(value) ? undefined : JSON.stringify(validate.errors);
	await app.close();
	return found;
}
