// SPDX-License-Identifier: MIT
// The events of a relay, in memory; an EventRepository of @nostr-relay/common.
import { EventRepository, EventType, EventUtils } from '@nostr-relay/common';
import { matchFilter } from 'nostr-tools/filter';

// Newest first, and the lower id first among events of one second (NIP-01).
function byAge(a, b) {
  return b.created_at - a.created_at || (a.id < b.id ? -1 : 1);
}

export class Repository extends EventRepository {
  #events = new Map();
  #addresses = new Map();

  get size() {
    return this.#events.size;
  }

  // Stores the event unconditionally, like a relay that keeps superseded, deleted or ephemeral events and serves them.
  fill(event) {
    this.#events.set(event.id, event);
  }

  isSearchSupported() {
    return false;
  }

  upsert(event) {
    if (this.#events.has(event.id)) return { isDuplicate: true };
    const address = this.#address(event);
    if (address !== null) {
      const held = this.#addresses.get(address);
      if (held && byAge(held, event) < 0) return { isDuplicate: true };
      if (held) this.#events.delete(held.id);
      this.#addresses.set(address, event);
    }
    this.#events.set(event.id, event);
    return { isDuplicate: false };
  }

  find(filter) {
    const found = [...this.#events.values()].filter((event) => matchFilter(filter, event)).sort(byAge);
    return filter.limit === undefined ? found : found.slice(0, filter.limit);
  }

  async destroy() {}

  // The key by which replaceable events replace each other; null for other events.
  #address(event) {
    const type = EventUtils.getType(event.kind);
    if (type !== EventType.REPLACEABLE && type !== EventType.PARAMETERIZED_REPLACEABLE) return null;
    return `${event.kind}:${event.pubkey}:${EventUtils.extractDTagValue(event)}`;
  }
}
