// SPDX-License-Identifier: MIT
// The tests that are written in C.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// values.c
void TellsItsVersion(void);
void HasASentenceAndANameForEachError(void);
void CutsTextsBetweenCharacters(void);
void ReadsAndWritesIdsAndKeys(void);
void NormalizesUrls(void);

// events.c
void SignsAndReadsEvents(void);
void ReadsTags(void);
void RefusesBadDrafts(void);
void BuildsFilters(void);
void OrdersEvents(void);
void RefusesNullInValues(void);

// pools.c
void DeliversEachEventOnce(void);
void ManagesRelays(void);
void AllowsDestructionInCallbacks(void);
void AsksWhatIsKnown(void);
void FindsWhoHasAnEvent(void);

// subscriptions.c
void ContinuesFromACursor(void);
void HoldsRelaysBack(void);
void TellsRefusedSubscriptions(void);
void FetchesPageByPage(void);

// publishing.c
void GivesAReceiptForEachRelay(void);
void AsksSigners(void);
void AnswersChallenges(void);
void TellsInformation(void);

// relays.c
void ConnectsToASingleRelay(void);
void TellsWhyARelayWasGivenUp(void);
void RemembersIds(void);

// demolition.c
void CallsNothingAfterDestructionInAnyCallback(void);

// watching.c
void KeepsALog(void);
void MeasuresTimes(void);

// sizes.c
void RefusesStructsOfAnImpossibleSize(void);
void ReadsStructsOfOlderPrograms(void);
void SetsDefaultsWithinTheSize(void);
void GivesAnswersWithinTheSize(void);

// extremes.c
void RefusesImpossibleListsInOptions(void);
void RefusesImpossibleListsInCalls(void);
void RefusesImpossibleTexts(void);
void RefusesNumbersThatAreNoEnumerators(void);
void RefusesTimesOutOfRange(void);
void RefusesNumbersOutOfRange(void);
void TakesAnyAge(void);
void WorksAtTheEndsOfRanges(void);
void SignsAnyDate(void);

// refusals.c
void RefusesNullInPools(void);
void RefusesNullInTheRest(void);
void RefusesBadOptions(void);
void RefusesBadProxiesAndCaFiles(void);
void ReadsEachOption(void);
void TakesCallbacksOfOlderPrograms(void);

#ifdef __cplusplus
}
#endif
