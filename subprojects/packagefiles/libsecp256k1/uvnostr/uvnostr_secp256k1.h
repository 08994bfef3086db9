/* SPDX-License-Identifier: MIT */
/* The parts of libsecp256k1 that uvnostr uses: the public headers with renamed functions, and batch verification of
 * BIP-340 signatures, which no release has. */
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

/* Signatures that are verified together, with all the memory that this needs. For one thread at a time. */
typedef struct uvnostr_batch uvnostr_batch;

/* For up to `capacity` signatures, fewer than 65,536. Running out of memory terminates the program. */
uvnostr_batch* uvnostr_batch_create(size_t capacity);
void uvnostr_batch_destroy(uvnostr_batch*);

/* Removes all signatures and authors. */
void uvnostr_batch_clear(uvnostr_batch*);

/* Returns the author's number in the batch, counting from 0. At most `capacity` calls. */
size_t uvnostr_batch_add_author(uvnostr_batch*, const secp256k1_xonly_pubkey*);

/* Adds a signature of a 32-byte message; the first one is number 0. If the bytes cannot be a signature, adds nothing and
 * returns 0. At most `capacity` calls may return 1. */
int uvnostr_batch_add(uvnostr_batch*, const unsigned char* sig64, const unsigned char* msg32, size_t author);

/* Returns 1 if all the numbered signatures are valid, and 0 if one of them is not. `coefficients` has 16 bytes for each
 * signature of the whole batch. The signatures' authors must not be able to predict them: otherwise they could make
 * invalid signatures that cancel each other. */
int uvnostr_batch_holds(uvnostr_batch*, const uint16_t* numbers, size_t count, const unsigned char* coefficients);

#ifdef __cplusplus
}
#endif

#endif
