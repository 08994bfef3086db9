// SPDX-License-Identifier: MIT
// Runs the tests that are written in C.
#include <gtest/gtest.h>

#include "c_api/check.h"
#include "c_api/tests.h"

extern "C" void check_failed(const char* file, int line, const char* what, const char* got) {
  ADD_FAILURE_AT(file, line) << what << (got != nullptr ? ", got: " : "") << (got != nullptr ? got : "");
}

// One test for each function of c_api/tests.h.
#define RUN(name) \
  TEST(CApi, name) { name(); }
RUN(TellsItsVersion)
RUN(HasASentenceAndANameForEachError)
RUN(CutsTextsBetweenCharacters)
RUN(ReadsAndWritesIdsAndKeys)
RUN(NormalizesUrls)
RUN(SignsAndReadsEvents)
RUN(ReadsTags)
RUN(RefusesBadDrafts)
RUN(RefusesStructsOfAnImpossibleSize)
RUN(ReadsStructsOfOlderPrograms)
RUN(SetsDefaultsWithinTheSize)
RUN(GivesAnswersWithinTheSize)
RUN(RefusesImpossibleListsInOptions)
RUN(RefusesImpossibleListsInCalls)
RUN(RefusesImpossibleTexts)
RUN(RefusesNumbersThatAreNoEnumerators)
RUN(RefusesTimesOutOfRange)
RUN(RefusesNumbersOutOfRange)
RUN(TakesAnyAge)
RUN(WorksAtTheEndsOfRanges)
RUN(SignsAnyDate)
RUN(BuildsFilters)
RUN(OrdersEvents)
RUN(RefusesNullInValues)
RUN(DeliversEachEventOnce)
RUN(ManagesRelays)
RUN(AllowsDestructionInCallbacks)
RUN(AsksWhatIsKnown)
RUN(FindsWhoHasAnEvent)
RUN(ContinuesFromACursor)
RUN(HoldsRelaysBack)
RUN(TellsRefusedSubscriptions)
RUN(FetchesPageByPage)
RUN(GivesAReceiptForEachRelay)
RUN(AsksSigners)
RUN(AnswersChallenges)
RUN(TellsInformation)
RUN(ConnectsToASingleRelay)
RUN(TellsWhyARelayWasGivenUp)
RUN(RemembersIds)
RUN(CallsNothingAfterDestructionInAnyCallback)
RUN(KeepsALog)
RUN(MeasuresTimes)
RUN(RefusesNullInPools)
RUN(RefusesNullInTheRest)
RUN(RefusesBadOptions)
RUN(RefusesBadProxiesAndCaFiles)
RUN(ReadsEachOption)
RUN(TakesCallbacksOfOlderPrograms)
