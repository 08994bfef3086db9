// SPDX-License-Identifier: MIT
// Certificates that the test relay cannot make, valid until 2126: root signed upper, upper signed lower, lower signed
// leaf, which is for localhost. The keys of the CAs were discarded.
#pragma once

namespace uvnostr::test {

inline constexpr char root_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfjCCASSgAwIBAgIUSqR7dVDawmFB/aWsaJCg5MOA8vowCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRdXZub3N0ciB0ZXN0IHJvb3QwIBcNMjYxMTI2MTE1MDMxWhgP\n"
    "MjEyNjExMDIxMTUwMzFaMBwxGjAYBgNVBAMMEXV2bm9zdHIgdGVzdCByb290MFkw\n"
    "EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEcxWm45Q9+72wAtsJoWUZm+PBb3xGW10Q\n"
    "Vxcp3gx55oF5YCsY/tGsyfuhf/81gGmSTHf0Ly/+j37po5gbMvRn2KNCMEAwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFIJGNLQp9IFJ\n"
    "KSfsBWHkIUgVUQA6MAoGCCqGSM49BAMCA0gAMEUCIQC9zgUQsasb4SREQHV8nOJN\n"
    "SwPgzbwAVsa3KFRTukYo1gIgZo21EXDlJJK79v+pT7AFY+C2cYehsUu8roWy0nYy\n"
    "WKs=\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char upper_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBoDCCAUagAwIBAgIUGGBUmxlHK+kmMRqnni2gV9ckmmMwCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRdXZub3N0ciB0ZXN0IHJvb3QwIBcNMjYxMTI2MTE1MDMxWhgP\n"
    "MjEyNjExMDIxMTUwMzFaMB0xGzAZBgNVBAMMEnV2bm9zdHIgdGVzdCB1cHBlcjBZ\n"
    "MBMGByqGSM49AgEGCCqGSM49AwEHA0IABD71ABFVsloLVZVRvOtglqKxfOdISTkj\n"
    "5CKmL5wK9KdzXJfV0VovPP1HdfhtOtStRac5khLftA5VVqUcQ9CxJqijYzBhMA8G\n"
    "A1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMB0GA1UdDgQWBBTQYE7yk+r7\n"
    "2NR434TCGEw+UxPeGDAfBgNVHSMEGDAWgBSCRjS0KfSBSSkn7AVh5CFIFVEAOjAK\n"
    "BggqhkjOPQQDAgNIADBFAiAtC8XIayOEf07L8m6uUUGsD93wvF0T9N5JLxFyjOAi\n"
    "QgIhAKXLYiijtGKaT5xj6tSBWf2K1lDfUog4nudEPIUhtc14\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char lower_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBoTCCAUegAwIBAgIUMQSD7lEIUak+fu+ugUMQFZ2PazgwCgYIKoZIzj0EAwIw\n"
    "HTEbMBkGA1UEAwwSdXZub3N0ciB0ZXN0IHVwcGVyMCAXDTI2MTEyNjExNTAzMVoY\n"
    "DzIxMjYxMTAyMTE1MDMxWjAdMRswGQYDVQQDDBJ1dm5vc3RyIHRlc3QgbG93ZXIw\n"
    "WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAR4foFIYIHMKZMPErVfpefgJyfrTiY7\n"
    "qSA2U28+WPcRgpJJiCcJKu6PUvJyPI2FViUuaLtRIhvu8TJqgY6i+qbvo2MwYTAP\n"
    "BgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAdBgNVHQ4EFgQUex/SusOA\n"
    "6SHRkn5I5qdINt8141AwHwYDVR0jBBgwFoAU0GBO8pPq+9jUeN+EwhhMPlMT3hgw\n"
    "CgYIKoZIzj0EAwIDSAAwRQIhAJqDdQ+BnszmLONFmPs1EUjVfU36llmz7ILEFlhD\n"
    "X3jhAiAG/mio4UjF4YaOx+S1voXIBWoCarWRgw1q7cLba0okBQ==\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char leaf_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBxzCCAW6gAwIBAgIUI52dxhzf0VHpxvw6w1i52fUWaRQwCgYIKoZIzj0EAwIw\n"
    "HTEbMBkGA1UEAwwSdXZub3N0ciB0ZXN0IGxvd2VyMCAXDTI2MTEyNjExNTAzMVoY\n"
    "DzIxMjYxMTAyMTE1MDMxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjO\n"
    "PQIBBggqhkjOPQMBBwNCAASrqHGfXOxHNO3y3fXevwcwRqg8VZJ4fyss4hTWimTp\n"
    "fKJpStL9G8l9bMOk5q3fMtDdjhXvEcsh0P7KarPjNp+no4GSMIGPMAwGA1UdEwEB\n"
    "/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMBMBoGA1Ud\n"
    "EQQTMBGCCWxvY2FsaG9zdIcEfwAAATAdBgNVHQ4EFgQUByfgQZ/xnl+6fJeAt+W/\n"
    "OJYaGO8wHwYDVR0jBBgwFoAUex/SusOA6SHRkn5I5qdINt8141AwCgYIKoZIzj0E\n"
    "AwIDRwAwRAIgB0BUanYLAZz24sf9+7iHxz2YLiq5fhJRFQCgnyxjF44CIFCZzz6i\n"
    "y5pE3n+76Y2q03yAdrHsu2kHdg1j1VqSG4Q+\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char leaf_key[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEINrb7tadJN+DMHuA8i4SuKZJZ1jCipT2QS8liJMAComnoAoGCCqGSM49\n"
    "AwEHoUQDQgAEq6hxn1zsRzTt8t313r8HMEaoPFWSeH8rLOIU1opk6XyiaUrS/RvJ\n"
    "fWzDpOat3zLQ3Y4V7xHLIdD+ymqz4zafpw==\n"
    "-----END EC PRIVATE KEY-----\n";

// A CA with the name and the root of lower, but another key.
inline constexpr char namesake_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnzCCAUagAwIBAgIUGGBUmxlHK+kmMRqnni2gV9ckmmQwCgYIKoZIzj0EAwIw\n"
    "HDEaMBgGA1UEAwwRdXZub3N0ciB0ZXN0IHJvb3QwIBcNMjYxMTI2MTE1MDMxWhgP\n"
    "MjEyNjExMDIxMTUwMzFaMB0xGzAZBgNVBAMMEnV2bm9zdHIgdGVzdCBsb3dlcjBZ\n"
    "MBMGByqGSM49AgEGCCqGSM49AwEHA0IABOmz0Y71YArqKhNd6CXO9ZeAEozylZkw\n"
    "5vzwCLdRWKTb8Us2AiigCFXDkkJiMgyG2cmRXPU0/EfzMnZzVAvggTujYzBhMA8G\n"
    "A1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMB0GA1UdDgQWBBSuua8qHTrs\n"
    "98UtQyKa6iRQKMZjJDAfBgNVHSMEGDAWgBSCRjS0KfSBSSkn7AVh5CFIFVEAOjAK\n"
    "BggqhkjOPQQDAgNHADBEAiBx59/UOmvBUslVhbEiY9uA1Qiv8K11jdVFPXboO3PQ\n"
    "DAIgeMn8msVvj8qnOW/9zmm5UkDI7mJuKG/zmluA0yKJkCo=\n"
    "-----END CERTIFICATE-----\n";

// Two roots that mbedTLS cannot read: name constraints that are critical, and an Ed25519 key.
inline constexpr char constrained_ca[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBqDCCAU+gAwIBAgIUeHSQ/pVeVpPqtTPD58gqXC+RFlQwCgYIKoZIzj0EAwIw\n"
    "IzEhMB8GA1UEAwwYdXZub3N0ciB0ZXN0IGNvbnN0cmFpbmVkMCAXDTI2MTEyNjEx\n"
    "NTAzMVoYDzIxMjYxMTAyMTE1MDMxWjAjMSEwHwYDVQQDDBh1dm5vc3RyIHRlc3Qg\n"
    "Y29uc3RyYWluZWQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARSfiK0iNnfoXFS\n"
    "PLN2jU6Qkj8NAX3i41jFG8xjLYfSY4xYr1QHjKgyvGclLUo6eH/bd+BJrO7I/wha\n"
    "U18S6SeWo18wXTAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNV\n"
    "HQ4EFgQUVsF5skn3m9bGAsoIKdNuRYoDE5cwGwYDVR0eAQH/BBEwD6ANMAuCCWxv\n"
    "Y2FsaG9zdDAKBggqhkjOPQQDAgNHADBEAiAm51gaFJ2pDlHEQjzVWPNHVII9KhT+\n"
    "mjpUK2GINKPg2AIgReH4PN65xniNLHR4ITir68lVUZz1cWJ3iW0NNRT/rPs=\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char ed25519_ca[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBQzCB9qADAgECAhRtcVaEPDy4IsdTY4hyXkpca8WH0TAFBgMrZXAwHzEdMBsG\n"
    "A1UEAwwUdXZub3N0ciB0ZXN0IGVkMjU1MTkwIBcNMjYxMTI2MTE1MDMxWhgPMjEy\n"
    "NjExMDIxMTUwMzFaMB8xHTAbBgNVBAMMFHV2bm9zdHIgdGVzdCBlZDI1NTE5MCow\n"
    "BQYDK2VwAyEAO3SapSn7J9WDNLEDE6QOpKu2tNZNP2dcdhDhl36Kh1ajQjBAMA8G\n"
    "A1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBSS/MfZq3eo\n"
    "nOf8FRWfmYDqfuEe9TAFBgMrZXADQQBwitLZ6bDGyKrUa9O1HSx5FrWwr4zprsoo\n"
    "zLP5FsXz+mLsN4IzlQIOUpkPRxIpINvcjummrvwCM4W6CfnFlbAJ\n"
    "-----END CERTIFICATE-----\n";

// For a client: its certificate, and the intermediate between it and the root.
inline constexpr char client_root[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBjDCCATKgAwIBAgIUF4SwoNipq9jkgzNnNKXf5FgyeFYwCgYIKoZIzj0EAwIw\n"
    "IzEhMB8GA1UEAwwYdXZub3N0ciB0ZXN0IGNsaWVudCByb290MCAXDTI2MTEyNjE5\n"
    "NTAzM1oYDzIxMjYxMTAyMTk1MDMzWjAjMSEwHwYDVQQDDBh1dm5vc3RyIHRlc3Qg\n"
    "Y2xpZW50IHJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQqlv/WOzDoWxxz\n"
    "/JCfP9PtClnFi/Lzccj1J0ywaBz521RicBKEChKcSmVnnKg9ZqUUj10UsARXH26C\n"
    "hYOoWQReo0IwQDAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwICBDAdBgNV\n"
    "HQ4EFgQUG1ip40LEjyuz7Mn4oq/8U3XHZH4wCgYIKoZIzj0EAwIDSAAwRQIgdPyy\n"
    "ds/5yCm8mMtknM57utPl1tFsdGAz/l69qZra0lcCIQDVgZnEgQqGJA54OSQE7a2I\n"
    "lS6gEJPa/LjK1QIV4o6nyQ==\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char client_intermediate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBojCCAUigAwIBAgIBAjAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBh1dm5vc3Ry\n"
    "IHRlc3QgY2xpZW50IHJvb3QwIBcNMjYxMTI2MTk1MDM0WhgPMjEyNjExMDIxOTUw\n"
    "MzRaMCsxKTAnBgNVBAMMIHV2bm9zdHIgdGVzdCBjbGllbnQgaW50ZXJtZWRpYXRl\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7UC8gNYXvIH3bRYoNijFo7OU3Et/\n"
    "/O2n7HgDdDkc/ZXKpBDjx6iimgEV0R3Y19Dq2YztJ4LJE+0j4aS4/l6G8qNjMGEw\n"
    "DwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFL8t4tRL\n"
    "SHDlT2E10dAu4l6CFwgZMB8GA1UdIwQYMBaAFBtYqeNCxI8rs+zJ+KKv/FN1x2R+\n"
    "MAoGCCqGSM49BAMCA0gAMEUCIF4Zk1vZJ08k9wCa6cdyxatruV5UouXk40JJyff3\n"
    "1CEVAiEAghFvYqxnP6HDVz9ZnZnwqMxNvZPQ2by8zXgKuWdj9vg=\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char client_leaf[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBrzCCAVWgAwIBAgIBAzAKBggqhkjOPQQDAjArMSkwJwYDVQQDDCB1dm5vc3Ry\n"
    "IHRlc3QgY2xpZW50IGludGVybWVkaWF0ZTAgFw0yNjExMjYxOTUwMzRaGA8yMTI2\n"
    "MTEwMjE5NTAzNFowHjEcMBoGA1UEAwwTdXZub3N0ciB0ZXN0IGNsaWVudDBZMBMG\n"
    "ByqGSM49AgEGCCqGSM49AwEHA0IABGIiLWNyhtrHiQntfCZNcISyZmhYi2nAmXpz\n"
    "W0ceQVO9VRQx2W1T7PIXNgasmkqcQyf8doBWmNmBMav1Ai8C4JijdTBzMAwGA1Ud\n"
    "EwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMCMB0G\n"
    "A1UdDgQWBBQ7qc4MP2z++RZrbu4RGjZd1LJFyTAfBgNVHSMEGDAWgBS/LeLUS0hw\n"
    "5U9hNdHQLuJeghcIGTAKBggqhkjOPQQDAgNIADBFAiEA0adEShJpDndUhnV2X5nR\n"
    "JeBhhlPBmOUdwOq5eSfiDGUCICdahZxSU/444Km8gILZa11a5rHxke1shaRQ+IOD\n"
    "4XCn\n"
    "-----END CERTIFICATE-----\n";

inline constexpr char client_leaf_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9U60oEHwZ+snozbF\n"
    "xmu2s5LY6INeVz0PhiU6e6+BKfGhRANCAARiIi1jcobax4kJ7XwmTXCEsmZoWItp\n"
    "wJl6c1tHHkFTvVUUMdltU+zyFzYGrJpKnEMn/HaAVpjZgTGr9QIvAuCY\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace uvnostr::test
