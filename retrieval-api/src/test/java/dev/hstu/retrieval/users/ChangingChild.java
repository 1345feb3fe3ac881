package dev.hstu.retrieval.users;

import dev.hstu.retrieval.config.UserSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// The process that [UserStoreKillTest] kills: several threads that change a user of their own
/// without end, deletions among it, so that the files are written anew all the time.
///
/// Arguments: folder, first operation of each thread, separated by commas. Prints `READY`, then
/// `THREAD OPERATION` for each acknowledged change.
final class ChangingChild {

  static final int THREADS = 4;

  /// What [#event] calls its items and [#attribute] its values.
  static final Pattern TEXT = Pattern.compile("(?:item|value)-([0-9]+)-([0-9]+);");

  private static final int FORGET_EACH = 40;

  private ChangingChild() {}

  public static void main(String[] args) throws Exception {
    String[] first = args[1].split(",", -1);
    try (UserStore store = UserStore.open(settings(Path.of(args[0])))) {
      System.out.println("READY");
      Thread[] threads = new Thread[THREADS];
      for (int t = 0; t < THREADS; t++) {
        int thread = t;
        int from = Integer.parseInt(first[t]);
        threads[t] = Thread.ofPlatform().start(() -> change(store, thread, from));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }

  static UserSettings settings(Path folder) {
    return new UserSettings(Optional.of(folder), 100, 1_000, 100, 64L << 20, 7, 100);
  }

  static boolean forgets(int number) {
    return number % FORGET_EACH == 0;
  }

  /// The last deletion up to an operation, 0 where there was none.
  static int lastForget(int number) {
    return number / FORGET_EACH * FORGET_EACH;
  }

  static String user(int thread) {
    return "user-" + thread;
  }

  static UserEvent event(int thread, int number) {
    return new UserEvent("item-%d-%d;".formatted(thread, number), number, null);
  }

  /// Different each time, in one of three series.
  static AttributeEntry attribute(int thread, int number) {
    return new AttributeEntry(
        "series-" + number % 3, "value-%d-%d;".formatted(thread, number), (long) number);
  }

  /// The attributes a user has after an operation.
  static List<AttributeEntry> attributesAfter(int thread, int number) {
    return IntStream.rangeClosed(lastForget(number) + 1, number)
        .mapToObj(n -> attribute(thread, n))
        .toList();
  }

  /// The events a user has after an operation, the same in every process.
  static List<UserEvent> after(int thread, int number) {
    List<UserEvent> events = new ArrayList<>();
    for (int n = lastForget(number) + 1; n <= number; n++) {
      events.add(event(thread, n));
    }
    return events;
  }

  private static void change(UserStore store, int thread, int from) {
    for (int number = from; ; number++) {
      if (forgets(number)) {
        store.forget(user(thread)).join();
      } else {
        store
            .append(
                user(thread), List.of(event(thread, number)), List.of(attribute(thread, number)))
            .join();
      }
      System.out.println(thread + " " + number);
    }
  }
}
