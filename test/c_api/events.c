// SPDX-License-Identifier: MIT
// Events, drafts, and filters.
#include <stdio.h>

#include "c_api/check.h"
#include "c_api/tests.h"

static uvnostr_secret_key* fixed_key(void) {
  uvnostr_secret_key* key = NULL;
  CHECK_CODE(uvnostr_secret_key_parse(&key, "0000000000000000000000000000000000000000000000000000000000000003"),
             UVNOSTR_OK);
  return key;
}

static uvnostr_event* signed_note(const char* content, int64_t created_at) {
  uvnostr_secret_key* key = fixed_key();
  uvnostr_event* event = NULL;
  uvnostr_draft draft;
  uvnostr_draft_init(&draft, sizeof draft);
  draft.content = uvnostr_str(content);
  draft.created_at = created_at;
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, NULL), UVNOSTR_OK);
  uvnostr_secret_key_free(key);
  return event;
}

void SignsAndReadsEvents(void) {
  char hex[UVNOSTR_HEX_SIZE], nsec[UVNOSTR_BECH32_SIZE], json[1024];
  uvnostr_secret_key *key = fixed_key(), *again = NULL, *fresh = NULL;
  uvnostr_event *event = NULL, *read = NULL, *copy = NULL;
  uvnostr_pubkey author;
  uvnostr_draft draft;
  uvnostr_error error;
  uvnostr_string text;

  uvnostr_secret_key_to_nsec(key, nsec);
  CHECK_CODE(uvnostr_secret_key_parse(&again, nsec), UVNOSTR_OK);
  uvnostr_secret_key_to_hex(again, hex);
  CHECK_TEXT(hex, "0000000000000000000000000000000000000000000000000000000000000003");
  CHECK_CODE(uvnostr_secret_key_get_pubkey(again, &author), UVNOSTR_OK);
  CHECK_CODE(uvnostr_secret_key_generate(&fresh), UVNOSTR_OK);
  uvnostr_secret_key_to_hex(fresh, hex);
  CHECK(strlen(hex) == 64);

  uvnostr_draft_init(&draft, sizeof draft);
  CHECK(draft.kind == 1 && draft.created_at == -1 && draft.size == sizeof draft);
  draft.kind = 30023;
  draft.content = uvnostr_str("a \"b\"\n");
  draft.created_at = 1700000000;
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, &error), UVNOSTR_OK);
  CHECK(memcmp(uvnostr_event_get_pubkey(event), &author, sizeof author) == 0);
  CHECK(uvnostr_event_get_kind(event) == 30023);
  CHECK(uvnostr_event_get_created_at(event) == 1700000000);
  CHECK(is_text(uvnostr_event_get_content(event), "a \"b\"\n"));
  CHECK_CODE(uvnostr_event_verify(event), UVNOSTR_OK);

  text = uvnostr_event_get_json(event);
  CHECK_CODE(uvnostr_event_parse(&read, text, &error), UVNOSTR_OK);
  CHECK(memcmp(uvnostr_event_get_id(event), uvnostr_event_get_id(read), 32) == 0);
  CHECK(memcmp(uvnostr_event_get_signature(event), uvnostr_event_get_signature(read), 64) == 0);
  CHECK_CODE(uvnostr_event_verify(read), UVNOSTR_OK);
  copy = uvnostr_event_copy(read);
  uvnostr_event_free(read);
  CHECK(is_text(uvnostr_event_get_content(copy), "a \"b\"\n"));

  snprintf(json, sizeof json, "%.*s", UVNOSTR_ARG(text));
  strstr(json, "30023")[0] = '2';
  read = NULL;
  CHECK_CODE(uvnostr_event_parse(&read, uvnostr_str(json), &error), UVNOSTR_OK);
  CHECK_CODE(uvnostr_event_verify(read), UVNOSTR_E_WRONG_ID);
  uvnostr_event_free(read);
  read = NULL;
  CHECK_CODE(uvnostr_event_parse(&read, uvnostr_str("{}"), &error), UVNOSTR_E_EVENT_JSON);
  CHECK(read == NULL && error.code == UVNOSTR_E_EVENT_JSON && strlen(error.message) > 20);

  uvnostr_event_free(event);
  uvnostr_event_free(copy);
  uvnostr_secret_key_free(key);
  uvnostr_secret_key_free(again);
  uvnostr_secret_key_free(fresh);
}

void ReadsTags(void) {
  const uvnostr_string first[] = {uvnostr_str("t"), uvnostr_str("uvnostr")};
  const uvnostr_string second[] = {uvnostr_str("e"), uvnostr_str("x"), uvnostr_str("y")};
  const uvnostr_tag tags[] = {{first, 2}, {second, 3}, {NULL, 0}};
  uvnostr_secret_key* key = fixed_key();
  uvnostr_event* event = NULL;
  uvnostr_draft draft;
  size_t found = 99;

  uvnostr_draft_init(&draft, sizeof draft);
  draft.tags = tags;
  draft.tag_count = 3;
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, NULL), UVNOSTR_OK);
  CHECK(uvnostr_event_tag_count(event) == 3);
  CHECK(uvnostr_event_tag_size(event, 1) == 3 && uvnostr_event_tag_size(event, 2) == 0);
  CHECK(uvnostr_event_tag_size(event, 3) == 0);
  CHECK(is_text(uvnostr_event_tag_item(event, 1, 2), "y"));
  CHECK(is_text(uvnostr_event_tag_item(event, 1, 3), "") && is_text(uvnostr_event_tag_item(event, 3, 0), ""));
  CHECK(uvnostr_event_find_tag(event, "e", &found) == 1 && found == 1);
  CHECK(uvnostr_event_find_tag(event, "t", NULL) == 1);
  CHECK(uvnostr_event_find_tag(event, "p", &found) == 0 && found == 1);
  uvnostr_event_free(event);
  uvnostr_secret_key_free(key);
}

void RefusesBadDrafts(void) {
  uvnostr_secret_key* key = fixed_key();
  uvnostr_event* event = NULL;
  uvnostr_draft draft;
  uvnostr_error error;
  uvnostr_draft_init(&draft, sizeof draft);
  draft.kind = 65536;
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_TEXT(error.message, "uvnostr_draft.kind is 65536; it must be from 0 to 65535.");
  uvnostr_draft_init(&draft, sizeof draft);
  draft.content = uvnostr_str("\xff");
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, &error), UVNOSTR_E_EVENT_UTF8);
  uvnostr_draft_init(&draft, sizeof draft);
  draft.tag_count = 1;
  CHECK_CODE(uvnostr_secret_key_sign(key, &draft, &event, &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_TEXT(error.message, "uvnostr_draft: tags is NULL.");
  CHECK(event == NULL);
  uvnostr_secret_key_free(key);
}

void BuildsFilters(void) {
  char json[1024];
  uvnostr_filter *filter = uvnostr_filter_create(), *same = NULL;
  uvnostr_event* event = signed_note("hello", 1700000000);
  uvnostr_error error;
  CHECK(uvnostr_filter_matches(filter, event) == 1);
  CHECK_CODE(uvnostr_filter_add_id(filter, uvnostr_event_get_id(event)), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_add_author(filter, uvnostr_event_get_pubkey(event)), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_add_kind(filter, 1), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_set_since(filter, 1699999999), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_set_until(filter, 1700000000), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_set_limit(filter, 5), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_set_search(filter, uvnostr_str("hello")), UVNOSTR_OK);
  CHECK(uvnostr_filter_matches(filter, event) == 1);
  CHECK_CODE(uvnostr_filter_add_tag(filter, 't', uvnostr_str("a")), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_add_tag(filter, 't', uvnostr_str("b")), UVNOSTR_OK);
  CHECK(uvnostr_filter_matches(filter, event) == 0);
  CHECK(uvnostr_filter_to_json(filter, json, sizeof json) < sizeof json);
  CHECK(strstr(json, "\"#t\":[\"a\",\"b\"]") != NULL && strstr(json, "\"limit\":5") != NULL);
  CHECK_CODE(uvnostr_filter_parse(&same, uvnostr_str(json), &error), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_check(same, &error), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_set_since(same, 1700000001), UVNOSTR_OK);
  CHECK_CODE(uvnostr_filter_check(same, &error), UVNOSTR_E_FILTER_TIME_RANGE);
  uvnostr_filter_free(same);
  same = NULL;
  CHECK_CODE(uvnostr_filter_parse(&same, uvnostr_str("{\"kinds\":[]}"), &error), UVNOSTR_E_FILTER_FIELD);
  CHECK(strncmp(error.message, "kinds at byte", 13) == 0 && same == NULL);
  uvnostr_filter_free(filter);
  uvnostr_event_free(event);
}

void OrdersEvents(void) {
  uvnostr_event *older = signed_note("a", 1700000000), *newer = signed_note("b", 1700000001);
  CHECK(uvnostr_event_is_newer(newer, older) == 1 && uvnostr_event_is_newer(older, newer) == 0);
  CHECK(uvnostr_is_replaceable(0) == 1 && uvnostr_is_replaceable(1) == 0);
  CHECK(uvnostr_is_addressable(30000) == 1 && uvnostr_is_addressable(1) == 0);
  uvnostr_event_free(older);
  uvnostr_event_free(newer);
}

void RefusesNullInValues(void) {
  uvnostr_secret_key* key = fixed_key();
  uvnostr_event* event = NULL;
  uvnostr_pubkey pubkey;
  uvnostr_event_id id;
  uvnostr_error error;
  char text[UVNOSTR_HEX_SIZE];
  memset(&id, 0, sizeof id);
  CHECK_CODE(uvnostr_event_parse(NULL, uvnostr_str("{}"), &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_TEXT(error.message, "uvnostr_event_parse: event is NULL.");
  CHECK(uvnostr_event_copy(NULL) == NULL);
  uvnostr_event_free(NULL);
  CHECK_CODE(uvnostr_event_verify(NULL), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK(uvnostr_event_get_id(NULL) == NULL && uvnostr_event_get_pubkey(NULL) == NULL);
  CHECK(uvnostr_event_get_signature(NULL) == NULL && uvnostr_event_get_created_at(NULL) == 0);
  CHECK(uvnostr_event_get_kind(NULL) == 0 && uvnostr_event_get_content(NULL).size == 0);
  CHECK(uvnostr_event_get_json(NULL).size == 0 && uvnostr_event_tag_count(NULL) == 0);
  CHECK(uvnostr_event_tag_size(NULL, 0) == 0 && uvnostr_event_tag_item(NULL, 0, 0).size == 0);
  CHECK(uvnostr_event_find_tag(NULL, "e", NULL) == 0 && uvnostr_event_is_newer(NULL, NULL) == 0);

  uvnostr_draft_init(NULL, sizeof(uvnostr_draft));
  CHECK_CODE(uvnostr_secret_key_generate(NULL), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_secret_key_parse(&key, NULL), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_secret_key_get_pubkey(NULL, &pubkey), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_secret_key_sign(NULL, NULL, &event, &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_secret_key_sign(key, NULL, &event, &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_TEXT(error.message, "uvnostr_secret_key_sign: draft is NULL.");
  uvnostr_secret_key_to_hex(NULL, text);
  CHECK_TEXT(text, "");
  uvnostr_secret_key_to_nsec(NULL, text);
  uvnostr_secret_key_free(key);
  uvnostr_secret_key_free(NULL);

  CHECK_CODE(uvnostr_filter_parse(NULL, uvnostr_str("{}"), NULL), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_add_id(NULL, &id), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_add_author(NULL, &pubkey), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_add_kind(NULL, 1), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_add_tag(NULL, 't', uvnostr_str("x")), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_set_since(NULL, 0), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_set_until(NULL, 0), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_set_limit(NULL, 0), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_set_search(NULL, uvnostr_str("")), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK_CODE(uvnostr_filter_check(NULL, &error), UVNOSTR_E_INVALID_ARGUMENT);
  CHECK(uvnostr_filter_matches(NULL, NULL) == 0 && uvnostr_filter_to_json(NULL, text, sizeof text) == 0);
  uvnostr_filter_free(NULL);
}
