import fc from 'fast-check';

// Property tests draw the same values in every run, so that a failure belongs to the change that it came with. To look
// for new ones: GPUSHIELD_TEST_SEED=random npm test, or the seed that a failure printed.
const wanted = process.env['GPUSHIELD_TEST_SEED'] ?? '20261124';
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) });
