/* SPDX-License-Identifier: MIT */
/* libsecp256k1 0.5.0, and batch verification on its internals.
 *
 * Signature i is valid if s_i*G = R_i + e_i*P_i. A batch of them is checked by one equation (BIP-340, "Batch Verification"):
 *
 *     sum(a_i * s_i) * G  =  sum(a_i * R_i) + sum(a_i * e_i * P_i)
 *
 * The terms of one author add up to one multiple of one point. All inputs are public, so variable time is fine.
 *
 * A coefficient is a number of 127 bits with a random sign, not one of 128 bits. Both are equally hard to guess, but only
 * the former stays whole when the library splits its multipliers in two by the curve's endomorphism, so that R_i takes
 * half the additions.
 *
 * The file uses these internals, which may change with any release:
 *   util.h              default_error_callback
 *   field.h             fe, fe_set_b32_limit, fe_get_b32
 *   scalar.h            scalar, scalar_set_b32, _mul, _add, _negate, _is_zero; scalar_zero and scalar_one
 *   group.h             ge, gej; ge_set_xo_var with its even y; gej_is_infinity
 *   scratch.h           scratch_create, scratch_destroy; memory is free again when ecmult_multi_var returns
 *   ecmult.h            ecmult_multi_var and its callback
 *   ecmult_impl.h       strauss_scratch_size, pippenger_scratch_size, pippenger_bucket_window, the threshold between the two
 *   extrakeys           xonly_pubkey_load
 *   schnorrsig          schnorrsig_challenge
 * The types of the functions are checked below, meson.build refuses other releases, and tests compare batches with
 * single verification. */
#include "../src/secp256k1.c"

#include "uvnostr_secp256k1.h"

/* Called only if the library is misused. Neither prints. */
void secp256k1_default_illegal_callback_fn(const char* text, void* data) {
    (void)text;
    (void)data;
    abort();
}

void secp256k1_default_error_callback_fn(const char* text, void* data) {
    (void)text;
    (void)data;
    abort();
}

struct uvnostr_batch_signature {
    secp256k1_ge r;
    secp256k1_scalar s;
    secp256k1_scalar e;
    secp256k1_scalar coefficient;
    size_t author;
};

struct uvnostr_batch_author {
    secp256k1_ge point;
    secp256k1_scalar sum; /* of a_i * e_i */
    int is_in_sum;
};

struct uvnostr_batch {
    size_t capacity;
    size_t signature_count;
    size_t author_count;
    struct uvnostr_batch_signature* signatures;
    struct uvnostr_batch_author* authors;
    uint16_t* authors_in_sum;
    secp256k1_scratch* scratch;
};

/* The sum that one call of ecmult_multi_var computes: the authors first, then the nonces. */
struct uvnostr_batch_sum {
    const struct uvnostr_batch* batch;
    const uint16_t* numbers;
    size_t author_count;
};

/* Large enough that neither algorithm has to process the points in parts. */
static size_t uvnostr_batch_scratch_bytes(size_t points) {
    const size_t strauss = secp256k1_strauss_scratch_size(points < ECMULT_PIPPENGER_THRESHOLD ? points : ECMULT_PIPPENGER_THRESHOLD);
    const size_t pippenger = secp256k1_pippenger_scratch_size(points, secp256k1_pippenger_bucket_window(points));
    const size_t objects = STRAUSS_SCRATCH_OBJECTS > PIPPENGER_SCRATCH_OBJECTS ? STRAUSS_SCRATCH_OBJECTS : PIPPENGER_SCRATCH_OBJECTS;
    return (strauss > pippenger ? strauss : pippenger) + objects * ALIGNMENT;
}

uvnostr_batch* uvnostr_batch_create(size_t capacity) {
    uvnostr_batch* const batch = checked_malloc(&default_error_callback, sizeof(*batch));
    memset(batch, 0, sizeof(*batch));
    batch->capacity = capacity;
    batch->signatures = checked_malloc(&default_error_callback, capacity * sizeof(*batch->signatures));
    batch->authors = checked_malloc(&default_error_callback, capacity * sizeof(*batch->authors));
    batch->authors_in_sum = checked_malloc(&default_error_callback, capacity * sizeof(*batch->authors_in_sum));
    batch->scratch = secp256k1_scratch_create(&default_error_callback, uvnostr_batch_scratch_bytes(2 * capacity));
    return batch;
}

void uvnostr_batch_destroy(uvnostr_batch* batch) {
    if (batch == NULL) return;
    secp256k1_scratch_destroy(&default_error_callback, batch->scratch);
    free(batch->authors_in_sum);
    free(batch->authors);
    free(batch->signatures);
    free(batch);
}

void uvnostr_batch_clear(uvnostr_batch* batch) { batch->signature_count = batch->author_count = 0; }

size_t uvnostr_batch_add_author(uvnostr_batch* batch, const secp256k1_xonly_pubkey* key) {
    struct uvnostr_batch_author* const author = &batch->authors[batch->author_count];
    if (batch->author_count == batch->capacity || !secp256k1_xonly_pubkey_load(secp256k1_context_static, &author->point, key)) abort();
    author->is_in_sum = 0;
    return batch->author_count++;
}

int uvnostr_batch_add(uvnostr_batch* batch, const unsigned char* sig64, const unsigned char* msg32, size_t author) {
    struct uvnostr_batch_signature* const added = &batch->signatures[batch->signature_count];
    unsigned char key[32];
    secp256k1_fe x;
    int overflow;
    if (batch->signature_count == batch->capacity || author >= batch->author_count) abort();
    secp256k1_scalar_set_b32(&added->s, &sig64[32], &overflow);
    if (overflow || !secp256k1_fe_set_b32_limit(&x, sig64) || !secp256k1_ge_set_xo_var(&added->r, &x, 0)) return 0;
    secp256k1_fe_get_b32(key, &batch->authors[author].point.x);
    secp256k1_schnorrsig_challenge(&added->e, sig64, msg32, 32, key);
    added->author = author;
    ++batch->signature_count;
    return 1;
}

static int uvnostr_batch_term(secp256k1_scalar* factor, secp256k1_ge* point, size_t index, void* data) {
    const struct uvnostr_batch_sum* const sum = data;
    if (index < sum->author_count) {
        const struct uvnostr_batch_author* const author = &sum->batch->authors[sum->batch->authors_in_sum[index]];
        *factor = author->sum;
        *point = author->point;
    } else {
        const struct uvnostr_batch_signature* const signature = &sum->batch->signatures[sum->numbers[index - sum->author_count]];
        *factor = signature->coefficient;
        *point = signature->r;
    }
    return 1;
}

/* The first bit is the sign. */
static void uvnostr_batch_read_coefficient(secp256k1_scalar* coefficient, const unsigned char* bytes) {
    unsigned char number[32] = {0};
    memcpy(&number[32 - uvnostr_batch_coefficient_bytes], bytes, uvnostr_batch_coefficient_bytes);
    number[32 - uvnostr_batch_coefficient_bytes] &= 0x7f;
    secp256k1_scalar_set_b32(coefficient, number, NULL);
    /* A zero would leave the signature out. */
    if (secp256k1_scalar_is_zero(coefficient)) *coefficient = secp256k1_scalar_one;
    if (bytes[0] & 0x80) secp256k1_scalar_negate(coefficient, coefficient);
}

static struct uvnostr_batch_signature* uvnostr_batch_numbered(uvnostr_batch* batch, size_t number) {
    if (number >= batch->signature_count) abort();
    return &batch->signatures[number];
}

/* A call through this pointer compiles only if the function has the same type as in 0.5.0. */
static int (*const uvnostr_batch_multiply)(const secp256k1_callback*, secp256k1_scratch*, secp256k1_gej*, const secp256k1_scalar*,
                                           int (*)(secp256k1_scalar*, secp256k1_ge*, size_t, void*), void*, size_t) = secp256k1_ecmult_multi_var;

int uvnostr_batch_holds(uvnostr_batch* batch, const uint16_t* numbers, size_t count, const unsigned char* coefficients) {
    struct uvnostr_batch_sum sum = {batch, numbers, 0};
    secp256k1_scalar of_generator = secp256k1_scalar_zero;
    secp256k1_gej difference;
    size_t i;
    int computed;
    for (i = 0; i < count; ++i) {
        struct uvnostr_batch_signature* const signature = uvnostr_batch_numbered(batch, numbers[i]);
        struct uvnostr_batch_author* const author = &batch->authors[signature->author];
        secp256k1_scalar term;
        uvnostr_batch_read_coefficient(&signature->coefficient, &coefficients[(size_t)numbers[i] * uvnostr_batch_coefficient_bytes]);
        secp256k1_scalar_mul(&term, &signature->coefficient, &signature->s);
        secp256k1_scalar_add(&of_generator, &of_generator, &term);
        secp256k1_scalar_mul(&term, &signature->coefficient, &signature->e);
        if (author->is_in_sum) {
            secp256k1_scalar_add(&author->sum, &author->sum, &term);
        } else {
            author->is_in_sum = 1;
            author->sum = term;
            batch->authors_in_sum[sum.author_count++] = (uint16_t)signature->author;
        }
    }
    secp256k1_scalar_negate(&of_generator, &of_generator);
    computed = uvnostr_batch_multiply(&default_error_callback, batch->scratch, &difference, &of_generator, uvnostr_batch_term, &sum,
                                      sum.author_count + count);
    for (i = 0; i < sum.author_count; ++i) batch->authors[batch->authors_in_sum[i]].is_in_sum = 0;
    /* If the sum cannot be computed, the batch counts as invalid, and its signatures are checked one by one. */
    return computed && secp256k1_gej_is_infinity(&difference);
}
