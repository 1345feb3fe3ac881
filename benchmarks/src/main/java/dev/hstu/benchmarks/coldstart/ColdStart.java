package dev.hstu.benchmarks.coldstart;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.Engine;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.model.ModelFeatures;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.sequence.InteractionLog;
import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.UserHistory;
import dev.hstu.encoder.training.DataFeatures;
import dev.hstu.encoder.training.ItemLabels;
import dev.hstu.encoder.training.ModelSelection;
import dev.hstu.encoder.training.Trainer;
import dev.hstu.encoder.training.TrainingData;
import dev.hstu.encoder.training.TrainingListener;
import dev.hstu.encoder.training.TrainingSettings;
import dev.hstu.encoder.training.TrainingTarget;
import dev.hstu.encoder.weights.ModelFolder;
import dev.hstu.encoder.weights.OpenModel;
import dev.hstu.retrieval.evaluate.RankingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

/// Trains without some items, gives each of them the vector of its labels, and ranks the whole
/// catalogue, new and known items together, for the users whose last event is one of them.
/// Histories are the users' known events before it; items in them can't be ranked.
public final class ColdStart {

  private final PreparedData data;
  private final String column;
  private final HeldOutItems items;
  private final ModelFeatures features;

  /// @param column of labels that the model is trained with
  /// @param share of the labelled items to hold out
  public ColdStart(PreparedData data, String column, double share, long seed) {
    this.data = data;
    this.column = column;
    this.items = HeldOutItems.draw(data, column, share, seed);
    this.features = DataFeatures.of(data, List.of(column), false);
  }

  /// A user whose last event is of an item that was held out.
  ///
  /// @param history catalogue rows of the known events before it
  /// @param times of those events
  /// @param target catalogue row
  private record Case(int[] history, long[] times, long requestTime, int target) {}

  /// Number of items held out.
  public int heldOut() {
    return (int) IntStream.range(0, items.warmRow().length).filter(items::isHeldOut).count();
  }

  /// The known items, for the settings of the training.
  public int known() {
    return items.vocabulary().size();
  }

  /// Trains, ranks, and gives the metrics of each contender by name; the model's is `labels`.
  ///
  /// @param settings for [#known] items; their features are replaced by the column's
  /// @param folder of the model, which must not exist
  public SequencedMap<String, RankingMetrics.Summary> measure(
      TrainingSettings settings, Path folder, TrainingListener listener) throws IOException {
    NetworkConfig shapes = settings.model().withFeatures(features);
    TrainingData known = new TrainingData(items.log(), items.vocabulary(), data.clock(), labels());
    Trainer.train(
        known,
        settings.withModel(shapes).withHoldOut(0),
        TrainingTarget.of(folder),
        listener,
        ModelSelection.LAST_EPOCH);
    List<Case> cases = cases();
    SequencedMap<String, RankingMetrics.Summary> found = new LinkedHashMap<>();
    found.put("labels", ofModel(cases, folder));
    for (Rival rival :
        List.of(
            Rival.ownLabels(items, data.attributes(), column),
            Rival.popularityByLabel(items, data.attributes(), column),
            Rival.chance(1))) {
      found.put(rival.name(), of(cases, rival));
    }
    return found;
  }

  private ItemLabels labels() {
    return ItemLabels.of(data.attributes().select(items.catalogueRows()), features);
  }

  private List<Case> cases() {
    InteractionLog log = data.log();
    List<Case> cases = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      int end = log.start(user) + log.length(user) - 1;
      if (log.length(user) > 1 && items.isHeldOut(log.items()[end] - 1)) {
        int[] events =
            IntStream.range(log.start(user), end)
                .filter(event -> !items.isHeldOut(log.items()[event] - 1))
                .toArray();
        if (events.length > 0) {
          cases.add(
              new Case(
                  Arrays.stream(events).map(event -> log.items()[event] - 1).toArray(),
                  Arrays.stream(events).mapToLong(event -> log.times()[event]).toArray(),
                  log.times()[end],
                  log.items()[end] - 1));
        }
      }
    }
    return cases;
  }

  private RankingMetrics.Summary ofModel(List<Case> cases, Path folder) throws IOException {
    try (OpenModel open = ModelFolder.open(folder);
        UserEncoder encoder = Encoder.open(open.model(), EngineChoice.of(Engine.DJL))) {
      float[][] vectors = vectors(open.model());
      RankingMetrics metrics = new RankingMetrics();
      float[] scores = new float[vectors.length];
      for (Case one : cases) {
        int[] rows = Arrays.stream(one.history).map(row -> items.warmRow()[row] + 1).toArray();
        UserHistory history = new UserHistory(rows, one.times, one.requestTime);
        float[] user = encoder.encode(List.of(history))[0];
        for (int row = 0; row < scores.length; row++) {
          scores[row] = dot(user, vectors[row]);
        }
        metrics.add(rank(scores, one));
      }
      return metrics.summary();
    }
  }

  /// Item vectors of the whole catalogue: the model's own, and of items held out by their labels.
  private float[][] vectors(Model model) {
    float[][] vectors = new float[items.warmRow().length][model.config().embeddingDim()];
    for (int row = 0; row < vectors.length; row++) {
      int catalogueRow = row;
      if (items.isHeldOut(row)) {
        vectors[row] =
            model
                .vectorOfLabels(name -> data.attributes().labels(name, catalogueRow))
                .orElseThrow(() -> new IllegalStateException("items without labels are known"));
      } else {
        model.copyItemVector(items.warmRow()[row] + 1L, vectors[row], 0);
      }
    }
    return vectors;
  }

  private RankingMetrics.Summary of(List<Case> cases, Rival rival) {
    RankingMetrics metrics = new RankingMetrics();
    float[] scores = new float[items.warmRow().length];
    for (Case one : cases) {
      rival.score(one.history, scores);
      metrics.add(rank(scores, one));
    }
    return metrics.summary();
  }

  /// The target's rank among rows not in the history, equals counting as better.
  private static long rank(float[] scores, Case one) {
    boolean[] seen = new boolean[scores.length];
    for (int row : one.history) {
      seen[row] = true;
    }
    long better = 0;
    for (int row = 0; row < scores.length; row++) {
      better += !seen[row] && row != one.target && scores[row] >= scores[one.target] ? 1 : 0;
    }
    return better + 1;
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int c = 0; c < a.length; c++) {
      sum += a[c] * b[c];
    }
    return sum;
  }
}
