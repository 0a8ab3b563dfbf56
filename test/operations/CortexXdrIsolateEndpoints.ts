import { CortexXdrIsolateEndpoints } from '../../nodes/CortexXdrIsolateEndpoints/CortexXdrIsolateEndpoints.node';
import { isolationTests } from './isolation';

export const tests = isolationTests({
	node: CortexXdrIsolateEndpoints,
	verb: 'Isolate',
	before: 'AGENT_UNISOLATED',
	does: /^Isolate endpoints of Palo Alto Cortex/,
	unknown: 'It is not known whether these endpoints are being isolated',
});
