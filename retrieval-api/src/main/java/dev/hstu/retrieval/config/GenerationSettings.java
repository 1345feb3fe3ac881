package dev.hstu.retrieval.config;

import dev.hstu.index.search.OpenIndex;
import java.nio.file.Path;
import java.util.List;

/// Where generations come from and how a new one is taken up; `generations.*`.
///
/// @param folder the generation store
/// @param pollMillis how often `CURRENT` is read
/// @param retrySeconds when a generation that could not be opened is tried again
/// @param warmUpQueries seeded retrievals run before a generation serves
/// @param parallelShards shards of one search that are searched at once
/// @param gateThreads threads that ask the golden users of a publication over HTTP
/// @param titleIndexBytes of heap for finding items by their titles
public record GenerationSettings(
    Path folder,
    int pollMillis,
    int retrySeconds,
    int warmUpQueries,
    int parallelShards,
    int gateThreads,
    long titleIndexBytes) {

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

  static final Setting<Integer> PARALLEL_SHARDS =
      Setting.integer(
          "generations.parallel-shards",
          0,
          0,
          OpenIndex.MAX_PARALLELISM,
          "Shards of one search that are searched at once, by threads that all requests share; 0 means"
              + " one a processor. 1 searches them one after another: a request alone waits longer, many"
              + " at once get more done.");

  static final Setting<Integer> GATE_THREADS =
      Setting.integer(
          "generations.gate-threads",
          1,
          1,
          256,
          "Threads that ask the golden users when POST /generations/{id}/publish judges: requests are"
              + " answered meanwhile. The judged generation and the live one are opened beside what"
              + " serves; where they don't fit into serving.ram together it is refused, and hstu"
              + " publish does it in a process of its own.");

  static final Setting<Long> TITLE_INDEX_MEMORY =
      Setting.bytes(
          "generations.title-index-memory",
          "128m",
          1L << 20,
          1L << 36,
          "Heap for finding items by their titles (GET /items?query=), taken by the first search:"
              + " some 80 MiB for a million titles. Where it ends, the least popular items are not"
              + " found by title.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          FOLDER,
          POLL_MILLIS,
          RETRY_SECONDS,
          WARM_UP_QUERIES,
          PARALLEL_SHARDS,
          GATE_THREADS,
          TITLE_INDEX_MEMORY);

  static GenerationSettings from(SettingValues values) {
    int parallelShards = values.get(PARALLEL_SHARDS);
    return new GenerationSettings(
        Path.of(values.get(FOLDER)),
        values.get(POLL_MILLIS),
        values.get(RETRY_SECONDS),
        values.get(WARM_UP_QUERIES),
        parallelShards == 0 ? OpenIndex.usualParallelism() : parallelShards,
        values.get(GATE_THREADS),
        values.get(TITLE_INDEX_MEMORY));
  }
}
