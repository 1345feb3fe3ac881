package dev.hstu.retrieval.config;

import java.nio.file.Path;
import java.util.List;

/// Where generations come from and how a new one is taken up; `generations.*`.
///
/// @param folder the generation store
/// @param pollMillis how often `CURRENT` is read
/// @param retrySeconds when a generation that could not be opened is tried again
/// @param warmUpQueries seeded retrievals run before a generation serves
public record GenerationSettings(Path folder, int pollMillis, int retrySeconds, int warmUpQueries) {

  static final Setting<String> FOLDER =
      Setting.text(
          "generations.folder",
          "generations",
          "the path of a generation store",
          "The folder that build writes to and publish points into.");
  static final Setting<Integer> POLL_MILLIS =
      Setting.integer(
          "generations.poll-millis",
          1000,
          10,
          3_600_000,
          "How often CURRENT is read: how late a publish is noticed.");
  static final Setting<Integer> RETRY_SECONDS =
      Setting.integer(
          "generations.retry-seconds",
          30,
          1,
          86_400,
          "When a generation that could not be opened is tried again; opening reads every file.");
  static final Setting<Integer> WARM_UP_QUERIES =
      Setting.integer(
          "generations.warm-up-queries",
          64,
          0,
          100_000,
          "Seeded retrievals before a generation serves, so that the first users wait no longer.");

  static final List<Setting<?>> SETTINGS =
      List.of(FOLDER, POLL_MILLIS, RETRY_SECONDS, WARM_UP_QUERIES);

  static GenerationSettings from(SettingValues values) {
    return new GenerationSettings(
        Path.of(values.get(FOLDER)),
        values.get(POLL_MILLIS),
        values.get(RETRY_SECONDS),
        values.get(WARM_UP_QUERIES));
  }
}
