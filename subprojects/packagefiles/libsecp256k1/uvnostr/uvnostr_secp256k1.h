/* SPDX-License-Identifier: MIT */
/* What uvnostr uses of libsecp256k1: the public headers, under names of their own, and batch verification of BIP-340
 * signatures, which no release has. */
#ifndef UVNOSTR_SECP256K1_H
#define UVNOSTR_SECP256K1_H

#include "rename.h"

#include <stddef.h>
#include <stdint.h>

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { uvnostr_batch_coefficient_bytes = 16 };

/* Signatures that are verified together, with all the memory that this takes. For one thread at a time. */
typedef struct uvnostr_batch uvnostr_batch;

/* For up to `capacity` signatures, fewer than 65,536. Out of memory ends the program. */
uvnostr_batch* uvnostr_batch_create(size_t capacity);
void uvnostr_batch_destroy(uvnostr_batch*);

/* Removes the signatures and authors that were added. */
void uvnostr_batch_clear(uvnostr_batch*);

/* Returns the number of the author among those of the batch, counted from 0. At most `capacity` calls. */
size_t uvnostr_batch_add_author(uvnostr_batch*, const secp256k1_xonly_pubkey*);

/* Adds a signature of a 32-byte message; the first one is number 0. Returns 0, and adds nothing, if no signature can
 * look like this. At most `capacity` calls that return 1. */
int uvnostr_batch_add(uvnostr_batch*, const unsigned char* sig64, const unsigned char* msg32, size_t author);

/* Returns 1 if all of the numbered signatures are valid. If one of them is not, the answer is 0, unless the coefficients
 * could be predicted: then wrong signatures can be made that cancel each other. `coefficients` has 16 bytes for each
 * signature of the batch, whatever was chosen of it, and must not be known to the authors of the signatures. */
int uvnostr_batch_holds(uvnostr_batch*, const uint16_t* numbers, size_t count, const unsigned char* coefficients);

#ifdef __cplusplus
}
#endif

#endif
