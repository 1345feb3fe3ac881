package dev.hstu.encoder.verify;

import dev.hstu.encoder.compute.SupervisedBatch;
import dev.hstu.encoder.model.Model;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/// The content of a [GoldenFile] of an HSTU model, ready to compare with; usable until the file
/// closes.
///
/// @param layers per block the residual stream after it, `(rows, D)`
/// @param sequence normalised, `(B, N, D)`, padding exactly 0
/// @param users `(B, D)`
/// @param topIds `(B, K)`
/// @param topScores `(B, K)`
record GoldenCase(
    Model model,
    HistoryBatch histories,
    SupervisedBatch supervised,
    List<double[]> layers,
    double[] sequence,
    double[] users,
    int[] topIds,
    double[] topScores,
    double loss,
    SortedMap<String, double[]> gradients) {

  static GoldenCase read(GoldenFile file) throws IOException {
    Model model = file.model();
    HistoryBatch histories = file.histories(model.config());
    List<double[]> layers = new ArrayList<>();
    for (int i = 0; i < model.config().blocks(); i++) {
      layers.add(file.expected(GoldenVerification.LAYER + i));
    }
    return new GoldenCase(
        model,
        histories,
        file.supervised(histories),
        layers,
        file.expected("sequence"),
        file.expected("user"),
        file.expectedTopIds(),
        file.expected("topk_scores"),
        file.expected("loss")[0],
        file.gradients());
  }

  /// `K`, entries per user of the expected ranking.
  int topK() {
    return topIds.length / histories.users();
  }
}
