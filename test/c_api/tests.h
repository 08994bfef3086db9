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
void RefusesStructsOfAnImpossibleSize(void);
void ReadsStructsOfOlderPrograms(void);
void BuildsFilters(void);
void OrdersEvents(void);
void RefusesNullInValues(void);

#ifdef __cplusplus
}
#endif
