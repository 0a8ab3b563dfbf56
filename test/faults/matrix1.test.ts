import { testHalf } from './matrix';

testHalf(1);
