package dev.hstu.retrieval.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.kernels.log.LogSegment;
import dev.hstu.kernels.storage.DamagedFileException;
import dev.hstu.kernels.storage.DirectoryLockedException;
import dev.hstu.retrieval.config.UserSettings;
import dev.hstu.retrieval.serving.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the store acknowledged is in it, in order and within its bounds; what it forgot is in no
/// file.
final class UserStoreTest {

  private static final long MEMORY = 64L << 20;

  @TempDir Path folder;

  /// Random operations, restarts among them, against a list sorted anew each time.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyUserHasWhatAPlainModelHas(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    UserSettings settings = settings(20, MEMORY);
    Map<String, List<UserEvent>> model = new TreeMap<>();
    UserStore store = UserStore.open(settings);
    try {
      for (int i = 0; i < 400; i++) {
        String user = "user-" + random.nextInt(8);
        switch (random.nextInt(12)) {
          case 0 -> {
            int known = model.getOrDefault(user, List.of()).size();
            model.remove(user);
            assertThat(store.forget(user).join().events()).isEqualTo(known);
            assertThat(filesContain(user)).isFalse();
          }
          case 1 -> {
            store.close();
            store = UserStore.open(settings);
          }
          default -> append(store, model, user, randomEvents(random), 20);
        }
        for (int u = 0; u < 8; u++) {
          assertThat(store.events("user-" + u).events())
              .as("user %d after operation %d of seed %d", u, i, seed)
              .isEqualTo(model.getOrDefault("user-" + u, List.of()));
        }
        assertThat(store.count()).isEqualTo(model.size());
      }
    } finally {
      store.close();
    }
  }

  @Test
  void eventsInAnyOrderAndSentAgainGiveTheSameHistory() throws Exception {
    List<UserEvent> events =
        new ArrayList<>(
            IntStream.range(0, 30)
                .mapToObj(
                    i -> new UserEvent("item-" + i, 1_000 + i / 2 * 2L, i % 3 == 0 ? 0.5f : null))
                .toList());
    try (UserStore store = UserStore.open(settings(10, MEMORY))) {
      store.append("in order", events).join();
      AppendReceipt again = store.append("in order", events).join();
      assertThat(again).isEqualTo(new AppendReceipt(0, 10, 20, 10, 0, 0));
      assertThat(store.events("in order").events()).isEqualTo(events.subList(20, 30));
      Collections.reverse(events);
      store.append("reversed", events).join();
      assertThat(store.events("reversed").events())
          .extracting(UserEvent::time)
          .isEqualTo(store.events("in order").events().stream().map(UserEvent::time).toList());
    }
  }

  @Test
  void appendsOfManyThreadsAreAllThere() throws Exception {
    try (UserStore store = UserStore.open(settings(500, MEMORY))) {
      List<CompletableFuture<AppendReceipt>> promises = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        promises.add(store.append("u" + i % 10, List.of(new UserEvent("i" + i, i, null))));
      }
      promises.forEach(CompletableFuture::join);
    }
    try (UserStore store = UserStore.open(settings(500, MEMORY))) {
      for (int u = 0; u < 10; u++) {
        assertThat(store.events("u" + u).count()).isEqualTo(200);
      }
    }
  }

  @Test
  void boundsRefuseWithoutTakingAnything() throws Exception {
    try (UserStore store =
        UserStore.open(new UserSettings(Optional.of(folder), 3, 10, 10, 1 << 20, 7, 9))) {
      for (int i = 0; i < 3; i++) {
        store.append("u" + i, List.of(new UserEvent("a", 1, null))).join();
      }
      assertThatThrownBy(
              () -> store.append("one more", List.of(new UserEvent("a", 1, null))).join())
          .cause()
          .isInstanceOfSatisfying(
              UsersRefusedException.class, e -> assertThat(e.isPassing()).isFalse())
          .hasMessageContaining("users.max-users");
      assertThat(store.events("one more").count()).isZero();
      assertThat(store.append("u0", List.of(new UserEvent("b", 2, null))).join().events())
          .isEqualTo(2);
    }
    List<UserEvent> large =
        IntStream.range(0, 10)
            .mapToObj(i -> new UserEvent("x".repeat(1_000) + i, i, null))
            .toList();
    try (UserStore store =
        UserStore.open(new UserSettings(Optional.of(folder), 1_000, 10, 10, 1 << 20, 7, 9))) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 200; i++) {
                  store.append("large" + i, large).join();
                }
              })
          .cause()
          .hasMessageContaining("users.max-memory");
      assertThat(store.bytes()).isBetween(900_000L, 1L << 20);
    }
  }

  @Test
  void aForgottenUserIsInNoFileAndInNoAnswer() throws Exception {
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      store.append("other", List.of(new UserEvent("kept-item", 5, 1f))).join();
      for (int i = 0; i < 5; i++) {
        store.append("secret-user", List.of(new UserEvent("secret-item-" + i, i, null))).join();
      }
      serve(store, "secret-user", 50, "secret-served");
      Eventually.see(() -> store.servedItems("secret-user"), served -> served == 1);
      assertThat(filesContain("secret")).isTrue();

      assertThat(store.forget("secret-user").join()).isEqualTo(new Forgotten(5, 0, 1));

      assertThat(filesContain("secret")).isFalse();
      assertThat(store.events("secret-user").count()).isZero();
      assertThat(store.forget("secret-user").join()).isEqualTo(new Forgotten(0, 0, 0));
      assertThat(store.events("other").count()).isEqualTo(1);
    }
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThat(store.events("secret-user").count()).isZero();
      assertThat(store.events("other").events()).containsExactly(new UserEvent("kept-item", 5, 1f));
      store.append("secret-user", List.of(new UserEvent("new", 9, null))).join();
      assertThat(store.events("secret-user").count()).isEqualTo(1);
    }
  }

  @Test
  void attributesOutliveARestartACompactionAndNotTheirUser() throws Exception {
    List<AttributeEntry> secret =
        List.of(
            new AttributeEntry("language", "secret-de", null),
            new AttributeEntry("language", "secret-en", 5L));
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      AppendReceipt receipt = store.append("u", List.of(), secret).join();
      assertThat(receipt).isEqualTo(new AppendReceipt(0, 0, 0, 0, 2, 2));
      long taken = store.bytes();
      long written = store.fileBytes();
      assertThat(store.append("u", List.of(), secret).join().addedAttributes()).isZero();
      assertThat(store.bytes()).isEqualTo(taken);
      assertThat(store.fileBytes()).as("sent again, written once").isEqualTo(written);
      store
          .append("other", List.of(new UserEvent("a", 1, null)), List.of(said("town", "Bern", 3)))
          .join();
      assertThat(store.append("other", List.of(), List.of(said("town", "Zug", 2))).join())
          .isEqualTo(new AppendReceipt(0, 0, 0, 1, 1, 2));
      assertThat(store.bytes()).isGreaterThan(taken);
    }
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThat(store.history("u").attributes().entries()).isEqualTo(secret);
      assertThat(store.append("third", List.of(), secret).join().attributes()).isEqualTo(2);
      long taken = store.bytes();
      assertThat(store.forget("third").join()).isEqualTo(new Forgotten(0, 2, 0));
      assertThat(store.bytes()).isLessThan(taken);
      assertThat(store.history("u").attributes().entries())
          .as("after the files were written anew")
          .isEqualTo(secret);
      assertThat(store.forget("u").join()).isEqualTo(new Forgotten(0, 2, 0));
      assertThat(filesContain("secret")).isFalse();
      assertThat(store.history("u").isEmpty()).isTrue();
    }
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThat(store.count()).isEqualTo(1);
      assertThat(store.history("other").attributes().entries())
          .containsExactly(said("town", "Zug", 2), said("town", "Bern", 3));
      assertThat(store.events("other").count()).isEqualTo(1);
    }
  }

  @Test
  void attributesAreBoundedOneUserByNumberAndAllByMemory() throws Exception {
    UserSettings small = new UserSettings(Optional.of(folder), 1, 10, 4, 1 << 20, 7, 9);
    try (UserStore store = UserStore.open(small)) {
      for (int i = 0; i < 9; i++) {
        store.append("u", List.of(), List.of(said("town", "t" + i, i))).join();
      }
      assertThat(store.history("u").attributes().entries())
          .extracting(AttributeEntry::value)
          .containsExactly("t5", "t6", "t7", "t8");
      assertThatThrownBy(() -> store.append("v", List.of(), List.of(said("town", "x", 1))).join())
          .cause()
          .isInstanceOf(UsersRefusedException.class)
          .hasMessageContaining("users.max-users");
    }
    UserSettings full = new UserSettings(Optional.of(folder), 5_000, 10, 40, 1 << 20, 7, 9);
    List<AttributeEntry> large =
        IntStream.range(0, 40).mapToObj(i -> said("s" + i, "x".repeat(250), i)).toList();
    try (UserStore store = UserStore.open(full)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 200; i++) {
                  store.append("large" + i, List.of(), large).join();
                }
              })
          .cause()
          .hasMessageContaining("users.max-memory");
      assertThat(store.bytes()).isBetween(900_000L, 1L << 20);
    }
  }

  private static AttributeEntry said(String name, String value, long since) {
    return new AttributeEntry(name, value, since);
  }

  /// What a request has begun before its user was forgotten isn't remembered by its end.
  @Test
  void aRequestUnderWayDoesNotBringAForgottenUserBack() throws Exception {
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      Serving unknown = store.serving("u");
      store.append("u", List.of(new UserEvent("a", 1, null))).join();
      Serving known = store.serving("u");
      store.forget("u").join();
      known.served(list("secret-a"), 10);
      unknown.served(list("secret-b"), 10);
      assertThat(store.count()).isZero();
    }
    assertThat(filesContain("secret")).isFalse();
  }

  /// A process that died between a deletion's record and the writing of the files.
  @Test
  void aDeletionCutShortIsFinishedByTheNextOpen() throws Exception {
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      store.append("secret", List.of(new UserEvent("a", 1, null))).join();
    }
    Path segment = LogSegment.path(folder, 1);
    try (UserLog log = UserLog.open(folder, _ -> {})) {
      log.append(List.of(new UserRecord.Forget("secret").encode()));
    }
    assertThat(filesContain("secret")).isTrue();
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThat(store.count()).isZero();
    }
    assertThat(filesContain("secret")).isFalse();
    assertThat(segment).exists();
  }

  @Test
  void servedItemsCountAtOnceAndOutliveARestart() throws Exception {
    long now = 1_700_000_000L;
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      serve(store, "u", now - 86_400, "old");
      serve(store, "u", now, "a", "b");
      serve(store, "u", now + 30, "b", "c");
      assertThat(store.serving("u").servedSince(now - 10).keySet())
          .contains("a", "b", "c")
          .doesNotContain("old");
      assertThat(store.serving("u").servedSince(now - 90_000).keySet()).contains("old");
      Eventually.see(() -> store.servedItems("u"), served -> served == 4);
      assertThat(store.serving("u").servedSince(now + 1).keySet())
          .contains("c")
          .doesNotContain("a", "old");
    }
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThat(store.serving("u").servedSince(now).keySet())
          .containsExactlyInAnyOrder("a", "b", "c");
      assertThat(store.events("u").count()).isZero();
      // Beyond the days that anyone may ask for.
      serve(store, "u", now + 8 * 86_400, "d");
      Eventually.see(() -> store.servedItems("u"), served -> served == 1);
    }
    UserSettings without = new UserSettings(Optional.of(folder), 10, 10, 10, MEMORY, 0, 9);
    try (UserStore store = UserStore.open(without)) {
      assertThat(store.serving("u")).isNull();
    }
  }

  @Test
  void onlyTheLatestServedItemsAreRemembered() throws Exception {
    UserSettings nine = new UserSettings(Optional.of(folder), 10, 10, 10, MEMORY, 7, 9);
    try (UserStore store = UserStore.open(nine)) {
      for (int i = 0; i < 30; i++) {
        serve(store, "u", 1_000 + i, "item-" + i);
      }
      Eventually.see(() -> store.servedItems("u"), served -> served == 9);
      assertThat(store.serving("u").servedSince(0).keySet())
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(21, 30).mapToObj(i -> "item-" + i).toList());
    }
  }

  @Test
  void aTornLastBatchIsCutAndNothingBeforeIt() throws Exception {
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      store.append("a", List.of(new UserEvent("x", 1, 1f))).join();
    }
    Path segment = LogSegment.path(folder, 1);
    int whole = (int) Files.size(segment);
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      store.append("b", List.of(new UserEvent("y", 2, null))).join();
    }
    byte[] bytes = Files.readAllBytes(segment);
    for (int at = whole; at < bytes.length; at++) {
      Files.write(segment, Arrays.copyOf(bytes, at));
      assertOnlyA(segment, whole);
      byte[] flipped = bytes.clone();
      flipped[at] ^= 0x10;
      Files.write(segment, flipped);
      assertOnlyA(segment, whole);
    }
    byte[] damaged = bytes.clone();
    damaged[whole - 2] ^= 1;
    Files.write(segment, damaged);
    assertThatThrownBy(() -> UserStore.open(settings(100, MEMORY)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(segment.toString())
        .hasMessageContaining("after change 0");
  }

  @Test
  void oneProcessWritesAtATimeAndIdsAreSuchAsCanBeStored() throws Exception {
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThatThrownBy(() -> UserStore.open(settings(100, MEMORY)))
          .isInstanceOf(DirectoryLockedException.class);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> store.append("half \ud800", List.of()))
          .withMessageContaining("userId");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new UserEvent("", 1, null));
  }

  private static void append(
      UserStore store,
      Map<String, List<UserEvent>> model,
      String user,
      List<UserEvent> events,
      int most) {
    List<UserEvent> all = new ArrayList<>(model.getOrDefault(user, List.of()));
    int before = all.size();
    int known = 0;
    for (UserEvent event : events) {
      if (all.contains(event)) {
        known++;
        continue;
      }
      int at = all.size();
      while (at > 0 && all.get(at - 1).time() > event.time()) {
        at--;
      }
      all.add(at, event);
    }
    int dropped = 0;
    while (all.size() > most) {
      int last = 0;
      while (last + 1 < all.size() && all.get(last + 1).time() == all.getFirst().time()) {
        last++;
      }
      all.remove(last);
      dropped++;
    }
    AppendReceipt receipt = store.append(user, events).join();
    assertThat(receipt.events()).isEqualTo(all.size());
    assertThat(receipt.known()).isEqualTo(known);
    assertThat(receipt.dropped()).isEqualTo(dropped);
    assertThat(before).isLessThanOrEqualTo(most);
    if (!all.isEmpty()) {
      model.put(user, all);
    }
  }

  private static List<UserEvent> randomEvents(SplittableRandom random) {
    List<UserEvent> events = new ArrayList<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      Float action = random.nextBoolean() ? null : (float) random.nextInt(2);
      events.add(new UserEvent("ïtem-" + random.nextInt(5), random.nextInt(25), action));
    }
    return events;
  }

  private UserSettings settings(int maxEvents, long maxMemory) {
    return new UserSettings(Optional.of(folder), 1_000, maxEvents, 6, maxMemory, 7, 2_000);
  }

  private static void serve(UserStore store, String user, long time, String... items) {
    store.serving(user).served(list(items), time);
  }

  private static ServedList list(String... items) {
    return new ServedList() {
      @Override
      public List<String> itemIds() {
        return List.of(items);
      }

      @Override
      public int bytes() {
        return 100;
      }
    };
  }

  private void assertOnlyA(Path segment, int whole) throws IOException {
    try (UserStore store = UserStore.open(settings(100, MEMORY))) {
      assertThat(store.count()).isEqualTo(1);
      assertThat(store.events("a").count()).isEqualTo(1);
    }
    assertThat(Files.size(segment)).isEqualTo(whole);
  }

  private boolean filesContain(String text) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
          return true;
        }
      }
    }
    return false;
  }
}
