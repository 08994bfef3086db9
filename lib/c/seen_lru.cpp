// SPDX-License-Identifier: MIT
#include <uvnostr/seen_lru.hpp>

#include "c/convert.hpp"
#include "c/handles.hpp"

using namespace uvnostr;

extern "C" {

int uvnostr_seen_lru_create(uvnostr_seen_lru** cache, size_t capacity, uvnostr_error* error) {
  if (cache == nullptr) return c::report(c::missing(__func__, "cache"), error);
  result<seen_lru> made = seen_lru::make(capacity);
  if (!made) return c::report(made.error(), error);
  *cache = new uvnostr_seen_lru{std::move(*made)};
  return UVNOSTR_OK;
}

void uvnostr_seen_lru_free(uvnostr_seen_lru* cache) { delete cache; }

int uvnostr_seen_lru_insert(uvnostr_seen_lru* cache, const uvnostr_event_id* id) {
  return cache != nullptr && id != nullptr && cache->cache.insert(c::to_cpp(*id)) ? 1 : 0;
}
int uvnostr_seen_lru_contains(const uvnostr_seen_lru* cache, const uvnostr_event_id* id) {
  return cache != nullptr && id != nullptr && cache->cache.contains(c::to_cpp(*id)) ? 1 : 0;
}
int uvnostr_seen_lru_erase(uvnostr_seen_lru* cache, const uvnostr_event_id* id) {
  return cache != nullptr && id != nullptr && cache->cache.erase(c::to_cpp(*id)) ? 1 : 0;
}
void uvnostr_seen_lru_clear(uvnostr_seen_lru* cache) {
  if (cache != nullptr) cache->cache.clear();
}
size_t uvnostr_seen_lru_size(const uvnostr_seen_lru* cache) { return cache == nullptr ? 0 : cache->cache.size(); }

}  // extern "C"
