package dev.hstu.encoder.verify;

import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.NetworkModel;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/// The content of a [GoldenFile], ready to compare with; usable until the file closes. A file of
/// the forward pass alone has a sequence and users and nothing else to compare with.
///
/// @param layers per block the residual stream after it, `(rows, D)`; empty where the file has none
/// @param sequence normalised, `(B, N, D)`, padding exactly 0
/// @param users `(B, D)`
record GoldenCase(
    NetworkModel model,
    HistoryBatch histories,
    List<double[]> layers,
    double[] sequence,
    double[] users,
    Optional<Ranking> ranking,
    Optional<Step> step) {

  /// The whole catalogue ranked for each user.
  ///
  /// @param k entries per user, `K`
  /// @param ids `(B, K)`
  /// @param scores `(B, K)`
  record Ranking(int k, int[] ids, double[] scores) {}

  /// One step of training.
  record Step(SupervisedBatch batch, double loss, SortedMap<String, double[]> gradients) {}

  static GoldenCase read(GoldenFile file) throws IOException {
    NetworkModel model = file.model();
    HistoryBatch histories = file.histories(model.config());
    return new GoldenCase(
        model,
        histories,
        layers(file, model.config().blocks()),
        file.expected("sequence"),
        file.expected("user"),
        file.expects("topk_ids") ? Optional.of(ranking(file, histories)) : Optional.empty(),
        file.expects("loss") ? Optional.of(step(file, histories)) : Optional.empty());
  }

  private static List<double[]> layers(GoldenFile file, int blocks) throws IOException {
    List<double[]> layers = new ArrayList<>();
    for (int i = 0; i < blocks && file.expects(GoldenVerification.LAYER + i); i++) {
      layers.add(file.expected(GoldenVerification.LAYER + i));
    }
    return layers;
  }

  private static Ranking ranking(GoldenFile file, HistoryBatch histories) throws IOException {
    int[] ids = file.expectedTopIds();
    return new Ranking(ids.length / histories.users(), ids, file.expected("topk_scores"));
  }

  private static Step step(GoldenFile file, HistoryBatch histories) throws IOException {
    return new Step(file.supervised(histories), file.expected("loss")[0], file.gradients());
  }
}
