import { testCompleteness, testHalf } from './matrix';

testCompleteness();
testHalf(0);
