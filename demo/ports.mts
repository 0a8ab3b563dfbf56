import { createServer } from 'node:net';

import { UserError } from './errors.mts';

export const LOOPBACK = '127.0.0.1';

function listen(port: number): Promise<{ port: number; close: () => Promise<void> }> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
			const address = server.address();
			resolve({
				port: typeof address === 'object' && address ? address.port : port,
				close: () => new Promise((done) => server.close(() => done())),
			});
		});
	});
}

/** Whether a server could listen on this port of the loopback interface now. */
export async function isPortFree(port: number): Promise<boolean> {
	try {
		await (await listen(port)).close();
		return true;
	} catch {
		return false;
	}
}

/** That many different free ports. All are held until the last is known, so that none comes twice. */
export async function freePorts(count: number): Promise<number[]> {
	const held = await Promise.all(Array.from({ length: count }, () => listen(0)));
	await Promise.all(held.map(({ close }) => close()));
	return held.map(({ port }) => port);
}

/** One free port. */
export async function freePort(): Promise<number> {
	return (await freePorts(1))[0];
}

/**
 * Throws a `UserError` naming the port and the option that changes it, unless the port is free.
 * @param what who wants the port, as the sentence's object: "n8n"
 */
export async function requireFreePort(port: number, what: string, option: string): Promise<void> {
	if (await isPortFree(port)) return;
	throw new UserError(
		`Port ${port} is in use, so ${what} cannot start: stop the program that listens there, or choose another port with "npm start -- ${option} <port>".`,
	);
}
