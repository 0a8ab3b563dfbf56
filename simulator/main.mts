/* The simulator as a program of its own: `npm run simulator`. */
import { startSimulator } from './start.mts';

const port = Number(process.env.SIMULATOR_PORT ?? 4010);
const speed = Number(process.env.SIMULATOR_SPEED ?? 20);
const stateFile = process.env.SIMULATOR_STATE;

function onFailure({ message }: Error): never {
	console.error(`\n${message}`);
	process.exit(1);
}

try {
	const { url, simulator, close } = await startSimulator({ port, speed, stateFile, onFailure });
	console.log(
		`Simulator of Palo Alto Cortex and Qualys at ${url} (time runs ${speed} times as fast)`,
	);
	console.log('\nCortex API keys, made up, of use nowhere else:');
	console.table(
		Object.entries(simulator.keys).map(([name, { id, securityLevel, key }]) => ({
			name,
			'key id': id,
			'security level': securityLevel,
			'api key': key,
		})),
	);
	console.log('\nQualys users (the gateway is the same URL):');
	console.table(
		Object.entries(simulator.users).map(([name, { username, password, scope, apiAccess }]) => ({
			name,
			username,
			password,
			sees: scope === 'all' ? 'all' : scope.join(', ') || 'nothing',
			'may use the API': apiAccess,
		})),
	);
	console.log(`A bearer token of the admin user: ${simulator.qualys.bearerToken}\n`);
	console.log(`Switches: ${url}/simulator/… (simulator/README.md). Ctrl-C ends it.`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void close().then(() => process.exit(0)));
	}
} catch (error) {
	const { code, message } = error as NodeJS.ErrnoException;
	console.error(
		code === 'EADDRINUSE'
			? `Port ${port} is taken: stop what uses it, or set SIMULATOR_PORT to another one.`
			: `The simulator could not start: ${message}`,
	);
	process.exit(1);
}
