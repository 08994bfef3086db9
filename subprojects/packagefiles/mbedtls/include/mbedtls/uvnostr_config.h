// SPDX-License-Identifier: MIT
// Where uvnostr's mbedTLS differs from the release's defaults: it has locks, and lacks what no relay asks for. Every
// file that includes mbedTLS's headers must be compiled with MBEDTLS_USER_CONFIG_FILE naming this file, because some
// options change structures.
#pragma once

// TLS 1.3 runs on PSA's key store, which all threads of a process share: a loop on each of two threads is safe only
// with its locks.
#define MBEDTLS_THREADING_C
#define MBEDTLS_THREADING_PTHREAD

// The size of each connection's buffer for records it sends, instead of 16 KiB. Longer messages go out as several
// records. Received records may have up to 16 KiB, and we cannot ask for less. The option tls_record_bytes is for
// relays that are known to send less.
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096

// Hash event ids with the processor's SHA-256 instructions, if it is found to have them at run time.
#if defined(__aarch64__)
#define MBEDTLS_SHA256_USE_ARMV8_A_CRYPTO_IF_PRESENT
#endif

// Longest chain of certificates between the relay's and a trusted CA. The default is 8; OpenSSL allows 100.
#define MBEDTLS_X509_MAX_INTERMEDIATE_CA 20

// Self-tests, texts for logs, and names of options.
#undef MBEDTLS_SELF_TEST
#undef MBEDTLS_DEBUG_C
#undef MBEDTLS_ERROR_C
#undef MBEDTLS_VERSION_FEATURES

// Ciphers, modes, hashes and schemes that relays do not offer or that a client should not accept.
#undef MBEDTLS_ARIA_C
#undef MBEDTLS_CAMELLIA_C
#undef MBEDTLS_CCM_C
#undef MBEDTLS_CIPHER_MODE_CFB
#undef MBEDTLS_CIPHER_MODE_OFB
#undef MBEDTLS_CIPHER_MODE_XTS
#undef MBEDTLS_CMAC_C
#undef MBEDTLS_DES_C
#undef MBEDTLS_ECJPAKE_C
#undef MBEDTLS_LMS_C
#undef MBEDTLS_MD5_C
#undef MBEDTLS_NIST_KW_C
#undef MBEDTLS_PADLOCK_C
#undef MBEDTLS_RIPEMD160_C
#undef MBEDTLS_SHA3_C

// Curves without a place in TLS 1.3. secp256k1 is libsecp256k1's task.
#undef MBEDTLS_ECP_DP_BP256R1_ENABLED
#undef MBEDTLS_ECP_DP_BP384R1_ENABLED
#undef MBEDTLS_ECP_DP_BP512R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP192K1_ENABLED
#undef MBEDTLS_ECP_DP_SECP192R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP224K1_ENABLED
#undef MBEDTLS_ECP_DP_SECP224R1_ENABLED
#undef MBEDTLS_ECP_DP_SECP256K1_ENABLED

// Key exchanges with a shared secret, or with a certificate's fixed Diffie-Hellman key.
#undef MBEDTLS_KEY_EXCHANGE_DHE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDH_ECDSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_ECDH_RSA_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_PSK_ENABLED
#undef MBEDTLS_KEY_EXCHANGE_RSA_PSK_ENABLED

// DTLS, and parts of TLS that libwebsockets does not use.
#undef MBEDTLS_SSL_CONTEXT_SERIALIZATION
#undef MBEDTLS_SSL_COOKIE_C
#undef MBEDTLS_SSL_DTLS_ANTI_REPLAY
#undef MBEDTLS_SSL_DTLS_CLIENT_PORT_REUSE
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID
#undef MBEDTLS_SSL_DTLS_CONNECTION_ID_COMPAT
#undef MBEDTLS_SSL_DTLS_HELLO_VERIFY
#undef MBEDTLS_SSL_KEYING_MATERIAL_EXPORT
#undef MBEDTLS_SSL_PROTO_DTLS
#undef MBEDTLS_SSL_RENEGOTIATION

// Encrypted key files, keys kept in files, certificate requests and lists of revoked ones.
#undef MBEDTLS_PKCS12_C
#undef MBEDTLS_PKCS5_C
#undef MBEDTLS_PKCS7_C
#undef MBEDTLS_PSA_CRYPTO_STORAGE_C
#undef MBEDTLS_PSA_ITS_FILE_C
#undef MBEDTLS_X509_CRL_PARSE_C
#undef MBEDTLS_X509_CSR_PARSE_C
#undef MBEDTLS_X509_CSR_WRITE_C
