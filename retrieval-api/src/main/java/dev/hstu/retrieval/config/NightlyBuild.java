package dev.hstu.retrieval.config;

import dev.hstu.index.format.IvfEncoding;
import dev.hstu.index.search.GraphSettings;
import dev.hstu.index.search.IndexSettings;
import dev.hstu.index.search.IndexType;
import dev.hstu.index.search.PartitionSettings;
import dev.hstu.index.search.SearchDefaults;
import dev.hstu.retrieval.tune.IndexWish;
import java.util.List;
import java.util.Locale;

/// What a night builds and what it keeps; `index.*`, `build.*` and `keep.*`.
///
/// @param index the index wanted
/// @param evaluate whether hit rate and recall over all users go into the generation
/// @param goldenUsers users of the last day by whom the gate judges
/// @param keepGenerations youngest generations that stay
/// @param keepNights youngest nights whose data and model stay
public record NightlyBuild(
    IndexWish index, boolean evaluate, int goldenUsers, int keepGenerations, int keepNights) {

  private static final String AUTO = "auto";

  static final Setting<String> TYPE =
      Setting.choice(
          "index.type",
          AUTO,
          List.of(AUTO, "graph", "partitions", "exact"),
          "auto takes exact for small catalogues and else what a short tuning finds fastest.");
  static final Setting<Integer> MAX_CONNECTIONS =
      Setting.integer(
          "index.max-connections",
          GraphSettings.DEFAULT.maxConnections(),
          2,
          GraphSettings.MAX_CONNECTIONS,
          "Neighbours of an item in the graph.");
  static final Setting<Integer> BEAM_WIDTH =
      Setting.integer(
          "index.beam-width",
          GraphSettings.DEFAULT.beamWidth(),
          2,
          GraphSettings.MAX_BEAM_WIDTH,
          "Candidates looked at to link an item; at least index.max-connections.");
  static final Setting<String> BITS =
      Setting.choice(
          "index.bits",
          "32",
          List.of("32", "8", "7", "4", "2", "1"),
          "Of a value in the graph; fewer save memory, and what they find is scored in float32.");
  static final Setting<String> ENCODING =
      Setting.choice(
          "index.encoding", "int8", List.of("int8", "float32"), "What partitions are swept in.");
  static final Setting<Integer> SHARDS =
      Setting.integer(
          "index.shards",
          1,
          1,
          IndexSettings.MAX_SHARDS,
          "Indexes the items are divided into, searched at once.");
  static final Setting<Double> RECALL =
      Setting.decimal(
          "index.recall",
          SearchDefaults.DEFAULT.recall(),
          0.01,
          1,
          "Share of the true top K that searches in partitions aim at.");
  static final Setting<Boolean> EVALUATE =
      Setting.flag(
          "build.evaluate", true, "Hit rate and recall over all users, kept with the generation.");
  static final Setting<Integer> GOLDEN_USERS =
      Setting.integer(
          "build.golden-users",
          1000,
          1,
          10_000,
          "Users of the last day that the gate asks; a thousand tell a hit rate within .016.");
  static final Setting<Integer> KEEP_GENERATIONS =
      Setting.integer(
          "keep.generations",
          3,
          1,
          1000,
          "Youngest generations that stay; the current one and the one before it always do.");
  static final Setting<Integer> KEEP_NIGHTS =
      Setting.integer(
          "keep.nights",
          2,
          1,
          1000,
          "Youngest nights whose prepared data and model stay; those of the current generation and"
              + " of the one before it always do. Journals and reports stay.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          TYPE,
          MAX_CONNECTIONS,
          BEAM_WIDTH,
          BITS,
          ENCODING,
          SHARDS,
          RECALL,
          EVALUATE,
          GOLDEN_USERS,
          KEEP_GENERATIONS,
          KEEP_NIGHTS);

  static NightlyBuild from(SettingValues values) {
    return new NightlyBuild(
        index(values),
        values.get(EVALUATE),
        values.get(GOLDEN_USERS),
        values.get(KEEP_GENERATIONS),
        values.get(KEEP_NIGHTS));
  }

  private static IndexWish index(SettingValues values) {
    String type = values.get(TYPE);
    int maxConnections = values.get(MAX_CONNECTIONS);
    int beamWidth = values.get(BEAM_WIDTH);
    if (beamWidth < maxConnections) {
      throw new InvalidSettingException(
          "%s=%d must be at least %s=%d; raise the first or lower the second"
              .formatted(BEAM_WIDTH.key(), beamWidth, MAX_CONNECTIONS.key(), maxConnections));
    }
    IndexSettings settings =
        new IndexSettings(
            type.equals(AUTO) ? IndexType.GRAPH : IndexType.valueOf(type.toUpperCase(Locale.ROOT)),
            new GraphSettings(maxConnections, beamWidth, Integer.parseInt(values.get(BITS))),
            new PartitionSettings(
                IvfEncoding.valueOf(values.get(ENCODING).toUpperCase(Locale.ROOT))),
            values.get(SHARDS),
            new SearchDefaults(0, values.get(RECALL)));
    return new IndexWish(settings, type.equals(AUTO));
  }
}
