package dev.hstu.retrieval.serving;

import dev.hstu.retrieval.users.UserStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Context;

/// What `/metrics` says about the store of users, where there is one.
///
/// | name | kind | says |
/// |---|---|---|
/// | `hstu_users` | gauge | users of whom anything is kept |
/// | `hstu_users_memory_bytes` | gauge | heap that they take, of users.max-memory |
/// | `hstu_users_file_bytes` | gauge | bytes of the store's files |
/// | `hstu_users_unremembered_total` | counter | lists served and, for a bound, not remembered |
@Context
final class UserGauges {

  UserGauges(StoredUsers users, MeterRegistry registry) {
    users.store().ifPresent(store -> register(store, registry));
  }

  private static void register(UserStore store, MeterRegistry registry) {
    Gauge.builder("hstu.users", store, UserStore::count)
        .description("Users of whom anything is kept")
        .register(registry);
    Gauge.builder("hstu.users.memory.bytes", store, UserStore::bytes)
        .description("Heap that users take")
        .register(registry);
    Gauge.builder("hstu.users.file.bytes", store, UserStore::fileBytes)
        .description("Bytes of the store's files")
        .register(registry);
    FunctionCounter.builder("hstu.users.unremembered", store, UserStore::unremembered)
        .description("Lists served that a bound kept from being remembered")
        .register(registry);
  }
}
