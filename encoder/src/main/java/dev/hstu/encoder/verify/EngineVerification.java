package dev.hstu.encoder.verify;

import dev.hstu.encoder.Encoder;
import dev.hstu.encoder.EngineChoice;
import dev.hstu.encoder.Precision;
import dev.hstu.encoder.UserEncoder;
import dev.hstu.encoder.compute.ForwardTrace;
import dev.hstu.encoder.compute.LossAndGradients;
import dev.hstu.encoder.compute.SampledSoftmaxLoss;
import dev.hstu.encoder.compute.TraceableEncoder;
import dev.hstu.encoder.model.NetworkConfig;
import dev.hstu.encoder.sequence.HistoryBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/// All checks of one engine against one golden case.
final class EngineVerification {

  private final GoldenCase golden;
  private final EngineChoice choice;
  private final Tolerances tolerances;
  private final List<Check> checks = new ArrayList<>();

  EngineVerification(GoldenCase golden, EngineChoice choice) {
    this.golden = golden;
    this.choice = choice;
    this.tolerances = Tolerances.of(golden, choice);
  }

  List<Check> checks() {
    try (UserEncoder encoder = Encoder.open(golden.model(), choice)) {
      if (encoder instanceof TraceableEncoder traceable) {
        checkTrace(traceable.trace(golden.histories()));
      } else {
        skip(GoldenVerification.LAYER, "the engine shows no intermediate values");
      }
      checkServing(encoder);
    }
    golden.step().ifPresent(step -> trainer().ifPresent(trainer -> checkGradients(trainer, step)));
    return List.copyOf(checks);
  }

  private void checkTrace(ForwardTrace trace) {
    for (int i = 0; i < golden.layers().size(); i++) {
      compare(GoldenVerification.LAYER + i, trace.blocks().get(i), golden.layers().get(i));
    }
    compare("sequence", trace.sequence(), golden.sequence());
    measure(
        "sequence (padding)",
        largestPadding(trace.sequence(), golden.histories(), golden.model().config()),
        0);
    compare("user", trace.users(), golden.users());
    golden.ranking().ifPresent(ranking -> checkRanking(trace.users(), ranking));
    if (trainer().isEmpty()) {
      SampledSoftmaxLoss loss =
          new SampledSoftmaxLoss(golden.model().config(), golden.model().weights());
      golden.step().ifPresent(step -> checkLoss(loss.of(trace, step.batch()), step));
    }
  }

  /// What a service would get: the last row alone, in float32 whatever the engine computes in.
  private void checkServing(UserEncoder encoder) {
    float[] served = new float[golden.users().length];
    encoder.encode(golden.histories(), served);
    double[] users = new double[served.length];
    Arrays.setAll(users, i -> served[i]);
    boolean half = choice.precision() == Precision.BFLOAT16;
    measure(
        "user (served)",
        relativeError(users, golden.users()),
        half ? tolerances.of("user") : Tolerance.FLOAT32);
  }

  /// Ids may differ from the expected ones only where the scores tie within the tolerance.
  private void checkRanking(double[] users, GoldenCase.Ranking expected) {
    int k = expected.k();
    double[] scoresOut = new double[expected.scores().length];
    double largestGap = 0;
    for (int b = 0; b < golden.histories().users(); b++) {
      double[] scores = TopItems.scores(golden.model(), users, b, history(b));
      int[] ranked = TopItems.best(scores, k);
      for (int rank = 0; rank < k; rank++) {
        scoresOut[b * k + rank] = scores[ranked[rank]];
      }
      int[] expectedIds = Arrays.copyOfRange(expected.ids(), b * k, (b + 1) * k);
      double[] expectedScores = Arrays.copyOfRange(expected.scores(), b * k, (b + 1) * k);
      largestGap =
          Math.max(largestGap, TopItems.largestGap(ranked, scores, expectedIds, expectedScores));
    }
    measure("topk_ids", largestGap, tolerances.of("topk_ids"));
    compare("topk_scores", scoresOut, expected.scores());
  }

  private int[] history(int user) {
    int[] offsets = golden.histories().offsets();
    return Arrays.copyOfRange(golden.histories().items(), offsets[user], offsets[user + 1]);
  }

  private void checkGradients(LossAndGradients trainer, GoldenCase.Step step) {
    LossAndGradients.Result result =
        trainer.compute(golden.model().config(), golden.model().weights(), step.batch());
    checkLoss(result.loss(), step);
    step.gradients()
        .forEach(
            (name, expected) ->
                measure(
                    GoldenVerification.GRADIENT + name,
                    relativeError(result.gradients().getOrDefault(name, new double[0]), expected),
                    Tolerance.GRADIENT));
  }

  private void checkLoss(double loss, GoldenCase.Step step) {
    compare("loss", new double[] {loss}, new double[] {step.loss()});
  }

  /// The engine as one that trains; training is in float32 only.
  private Optional<LossAndGradients> trainer() {
    if (choice.precision() != Precision.FLOAT32) {
      return Optional.empty();
    }
    return ServiceLoader.load(LossAndGradients.class, getClass().getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .filter(candidate -> candidate.engine() == choice.engine())
        .findFirst();
  }

  private void compare(String tensor, double[] out, double[] expected) {
    measure(tensor, relativeError(out, expected), tolerances.of(tensor));
  }

  private void measure(String tensor, double error, double allowed) {
    add(tensor, new Outcome.Measured(error, allowed));
  }

  private void skip(String tensor, String reason) {
    add(tensor, new Outcome.Skipped(reason));
  }

  private void add(String tensor, Outcome outcome) {
    checks.add(new Check(choice.engine().id(), choice.precision().id(), tensor, outcome));
  }

  /// The largest magnitude in the slots after each user's last event, where only 0 may stand.
  static double largestPadding(double[] sequence, HistoryBatch histories, NetworkConfig config) {
    int d = config.embeddingDim();
    double largest = 0;
    for (int b = 0; b < histories.users(); b++) {
      int first = (b * config.slots() + histories.length(b)) * d;
      for (int at = first; at < (b + 1) * config.slots() * d; at++) {
        // Math.max keeps NaN.
        largest = Math.max(largest, Math.abs(sequence[at]));
      }
    }
    return largest;
  }

  /// `‖out − expected‖ / ‖expected‖`, or `‖out‖` where nothing but zeros is expected; infinite for
  /// another length.
  static double relativeError(double[] out, double[] expected) {
    if (out.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < out.length; i++) {
      difference += (out[i] - expected[i]) * (out[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
    return Math.sqrt(norm > 0 ? difference / norm : difference);
  }
}
