package inbox

import "testing"

// TestInbox is what an inbox must do on either database.
func TestInbox(t *testing.T) {
	t.Parallel()
	for at, place := range map[string]func(testing.TB) home{"on a file": aFile, "on PostgreSQL": aDatabase} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			for name, test := range contract {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(t, place)
				})
			}
		})
	}
}

var contract = map[string]func(t *testing.T, place func(testing.TB) home){
	"put tells repetitions from questions": testPutTellsRepetitionsFromQuestions,
	"put refuses":                          testPutRefuses,
	"put together is one job":              testPutTogetherIsOneJob,
	"seen keys outlive a restart and are swept after two days": testSeenKeysOutliveARestartAndAreSweptAfterTwoDays,
	"sweep takes the notes of deleted work":                    testSweepTakesTheNotesOfDeletedWork,
	"drop takes a team's work and stops what runs":             testDropTakesATeamsWorkAndStopsWhatRuns,
	"new work wakes river":                                     testNewWorkWakesRiver,
	"work arrives as it was put":                               testWorkArrivesAsItWasPut,
	"work is tried again":                                      testWorkIsTriedAgain,
	"work out of attempts gets last words":                     testWorkOutOfAttemptsGetsLastWords,
	"work given up ends without another word":                  testWorkGivenUpEndsWithoutAnotherWord,
	"work whose end was lost is done again":                    testWorkWhoseEndWasLostIsDoneAgain,
	"a dead leader holds no retry up":                          testADeadLeaderHoldsNoRetryUp,
	"a panic is a failed attempt and tells nothing":            testAPanicIsAFailedAttemptAndTellsNothing,
	"work that kills the process is ended with an apology":     testWorkThatKillsTheProcessIsEndedWithAnApology,
	"retry after is obeyed":                                    testRetryAfterIsObeyed,
	"an attempt that lost its work cannot write":               testAnAttemptThatLostItsWorkCannotWrite,
	"rivers own update is fenced":                              testRiversOwnUpdateIsFenced,
	"notes survive reopening":                                  testNotesSurviveReopening,
	"stop finishes what runs":                                  testStopFinishesWhatRuns,
	"stop leaves the rest for the next start":                  testStopLeavesTheRestForTheNextStart,
	"depth counts":                                             testDepthCounts,
	"killed at any moment":                                     testKilledAtAnyMoment,
}
