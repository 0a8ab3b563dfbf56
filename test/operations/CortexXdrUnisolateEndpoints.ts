import { CortexXdrUnisolateEndpoints } from '../../nodes/CortexXdrUnisolateEndpoints/CortexXdrUnisolateEndpoints.node';
import { isolationTests } from './isolation';

export const tests = isolationTests({
	node: CortexXdrUnisolateEndpoints,
	verb: 'Unisolate',
	before: 'AGENT_ISOLATED',
	does: /^End the isolation of endpoints of Palo Alto Cortex/,
	unknown: 'It is not known whether the isolation of these endpoints is being lifted',
});
